import type { Prompts, StoredImage } from '@gaze/contracts';
import type { picturesOf } from '../comfy/outcome.ts';
import { generationRecord } from './record.ts';
import type { RunDeps, RunHost, RunOutcome, StartedJob, Wired } from './run-host.ts';

/** Fetches the pictures of a finished prompt, stores them and tells the ledger. */
export async function deliver(
  deps: RunDeps,
  host: RunHost,
  job: StartedJob,
  done: { prompts: Prompts; wired: Wired; outputs: ReturnType<typeof picturesOf>; renderingSeconds: number },
  signal: AbortSignal,
): Promise<RunOutcome> {
  const record = generationRecord({
    jobId: job.id,
    attempt: job.attempt,
    snapshot: job.snapshot,
    prompts: done.prompts,
    wired: done.wired,
    host: { id: host.id, name: host.name },
    seconds: { queued: job.queued_seconds, rendering: done.renderingSeconds },
    createdAt: new Date().toISOString(),
    pictures: done.outputs.length,
  });
  const images: StoredImage[] = [];
  for (const [ordinal, output] of done.outputs.entries()) {
    const bytes = await host.client.view(output);
    images.push(
      await deps.pictures.store(
        `${job.folder}/gen_${job.id}_${job.attempt}_${ordinal}.png`,
        bytes,
        record,
        host.name,
      ),
    );
  }
  const answer = await deps.ledger.complete(
    {
      job_id: job.id,
      attempt: job.attempt,
      images,
      prompts: done.prompts,
      loras: done.wired.loras,
      checkpoint: done.wired.checkpoint,
      rendering_seconds: done.renderingSeconds,
      notes: done.wired.notes,
      record,
    },
    signal,
  );
  // A newer attempt owns the job: what this one stored is nobody's.
  if (answer.outcome === 'refused') await deps.pictures.discard(images.map((image) => image.key));
  return { type: 'ack' };
}
