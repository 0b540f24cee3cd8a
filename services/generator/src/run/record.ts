import type { GenerationRecord, Prompts, Snapshot } from '@gaze/contracts';

/** The record of how a picture came to be: one value for PNG chunk, sidecar and database. */
export function generationRecord(of: {
  jobId: string;
  attempt: number;
  snapshot: Snapshot;
  prompts: Prompts;
  wired: { checkpoint: string; loras: { name: string; weight: number }[]; notes: string[] };
  host: { id: string; name: string };
  seconds: { queued: number; rendering: number };
  createdAt: string;
  /** How many pictures the attempt made: a set counts as whole only where all of them are there. */
  pictures: number;
}): GenerationRecord {
  const { snapshot } = of;
  return {
    version: 1,
    job_id: of.jobId,
    attempt: of.attempt,
    pictures: of.pictures,
    created_at: of.createdAt,
    owner: snapshot.owner,
    recipe: snapshot.recipe,
    prompts: of.prompts,
    seed: snapshot.seed,
    width: snapshot.width,
    height: snapshot.height,
    checkpoint: of.wired.checkpoint,
    loras: of.wired.loras,
    entities: snapshot.parts.map(({ category, slug, name, revision }) => ({
      category,
      slug,
      name,
      revision,
    })),
    active_outfit: snapshot.active_outfit,
    template: snapshot.template,
    host: of.host,
    seconds: of.seconds,
    notes: [...snapshot.notes, ...of.wired.notes],
  };
}
