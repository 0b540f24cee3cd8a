import type { GenerationRecord, Recipe, Snapshot, againRpc } from '@gaze/contracts';
import { neededFiles, pinDraws } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import type { z } from 'zod';
import { notThere } from '../images/views.ts';
import type { Template } from '../library/template.ts';
import { batchOfKey } from './idempotency.ts';
import { snapshotOfRecord } from './kept-snapshot.ts';
import { enqueue, replay, resolveAll } from './submit.ts';
import type { Resolved, SubmitDeps, Submitted } from './submit.ts';

type Request = z.output<typeof againRpc.again.input>;

/**
 * Queues a picture once more: exactly as it was made, or by its recipe with today's entries.
 * @throws GazeError not_found, or invalid_input with a sentence about what is missing for it
 */
export async function again(deps: SubmitDeps, request: Request): Promise<Submitted> {
  const { idempotency, lane, exactly } = request;
  const before = idempotency === undefined ? null : await batchOfKey(deps.db, idempotency);
  if (before !== null) return replay(deps, before);

  const { record, snapshot } = await whatIsKept(deps, request.image_id);
  const templates = new Map<string, Template>();
  const resolved = exactly
    ? [ready(snapshot ?? (await snapshotOfRecord(deps, record)))]
    : await resolveAll(deps, { recipe: todaysRecipe(record), count: 1 }, templates);
  const order = { lane, ...(idempotency === undefined ? {} : { idempotency }) };
  return (await enqueue(deps, order, resolved, templates)) ?? again(deps, request);
}

async function whatIsKept(
  { db }: SubmitDeps,
  id: string,
): Promise<{ record: GenerationRecord; snapshot: Snapshot | null }> {
  const row = await db
    .selectFrom('image')
    .leftJoin('job', 'job.id', 'image.job_id')
    .select(['image.record', 'job.snapshot'])
    .where('image.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw notThere(id);
  if (row.record === null)
    throw new GazeError(
      'invalid_input',
      'This picture cannot be made again: it carries no record of GAZE that says how it was made.',
      { field: 'id', hint: 'Open it in the generator; what the file says of itself is taken over there.' },
    );
  return { record: row.record, snapshot: row.snapshot };
}

/** A repetition changes no cover and belongs to no sweep: only the picture is the same. */
function ready(snapshot: Snapshot): Resolved {
  const { sweep: _sweep, ...recipe } = snapshot.recipe;
  const same: Snapshot = { ...snapshot, cover: 'keep', recipe: { ...recipe, cover: 'keep' } };
  return { snapshot: same, files: neededFiles(same) };
}

/** The same entries and the same seed, so that what differs is what was edited since. */
function todaysRecipe(record: GenerationRecord): Recipe {
  const { sweep: _sweep, ...recipe } = pinDraws(record.recipe, record.entities);
  return { ...recipe, seed: record.seed, cover: 'keep' };
}
