import type { JobView, SweepPicture, SweepStarted, strengthsRpc } from '@gaze/contracts';
import { neededFiles, planSweep } from '@gaze/domain';
import type { SweepStep } from '@gaze/domain';
import type { z } from 'zod';
import { batchOfKey } from '../jobs/idempotency.ts';
import { newId } from '../jobs/job-ids.ts';
import { enqueue, resolveAll } from '../jobs/submit.ts';
import type { Order, SubmitDeps } from '../jobs/submit.ts';
import type { Template } from '../library/template.ts';
import { sweepById } from './list.ts';

type Request = z.output<typeof strengthsRpc.start.input>;

/**
 * Queues a sweep as one batch: everything is drawn once, and each picture differs in the weight alone.
 * @throws GazeError, or a DomainError of the recipe or the span, before anything is written
 */
export async function startSweep(deps: SubmitDeps, request: Request): Promise<SweepStarted> {
  const { category, slug, recipe, idempotency } = request;
  const before = idempotency === undefined ? null : await batchOfKey(deps.db, idempotency);
  if (before !== null)
    return { sweep: await sweepById(deps.db, deps.images, { category, slug }, before), notes: [] };

  const templates = new Map<string, Template>();
  const [first] = await resolveAll(deps, { recipe, count: 1 }, templates);
  if (first === undefined) throw new Error('a recipe that was resolved once gives one snapshot');
  const id = newId();
  const steps = planSweep(first.snapshot, id, request);
  const order: Order = {
    lane: 'batch',
    batch: { id, label: `Strengths of ${nameOf(first.snapshot, request)}` },
    ...(idempotency === undefined ? {} : { idempotency }),
  };
  const resolved = steps.map(({ weight, snapshot }) => ({
    snapshot,
    files: neededFiles(snapshot),
    label: `${nameOf(snapshot, request)} · LoRA ${weight.toFixed(2)}`,
  }));
  const submitted = await enqueue(deps, order, resolved, templates);
  if (submitted === null) return startSweep(deps, request);
  const { seed, checkpoint } = first.snapshot;
  return {
    sweep: {
      id,
      created_at: submitted.jobs[0]?.created_at ?? new Date().toISOString(),
      seed,
      checkpoint: checkpoint.path,
      pictures: submitted.jobs.map((job, at) => pictureOf(steps[at], job)),
    },
    notes: submitted.notes,
  };
}

function pictureOf(step: SweepStep | undefined, job: JobView): SweepPicture {
  return {
    weight: step?.weight ?? 0,
    job_id: job.id,
    status: job.status,
    reason: job.error?.message ?? job.reason,
    image: job.images[0] ?? null,
  };
}

function nameOf(snapshot: SweepStep['snapshot'], owner: Pick<Request, 'category' | 'slug'>): string {
  const part = snapshot.parts.find((one) => one.category === owner.category && one.slug === owner.slug);
  return part?.name ?? owner.slug;
}
