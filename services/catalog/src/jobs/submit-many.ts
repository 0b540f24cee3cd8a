import { toWireError } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import type { WireError } from '@gaze/contracts';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import { isDatabaseAway } from '../db/errors.ts';
import type { Template } from '../library/template.ts';
import type { OpenRow } from '../scheduler/board.ts';
import { batchesOfKeys, claimKeys, mismatch } from './idempotency.ts';
import { rememberedReads } from './remembered-reads.ts';
import { draftOf, insertDrafts, resolveAll, submit } from './submit.ts';
import type { Draft, SubmissionInput, SubmitDeps } from './submit.ts';

/** What became of one entry: its jobs, or why there are none. */
export type Outcome =
  | { batch_id: string; job_ids: string[]; notes: string[]; error: null }
  | { batch_id: null; job_ids: never[]; notes: never[]; error: WireError };

interface Entry {
  input: SubmissionInput;
  place: number;
}

/**
 * Takes a chunk of submissions, each as if it had come alone, with few statements: what they name is read once, and all
 * that can be queued is one transaction. When it answers, the jobs are durable, in the order of their entries.
 * @throws GazeError unavailable where the database is away; nothing is known of any entry then
 */
export async function submitMany(
  deps: SubmitDeps & { log: Log },
  inputs: readonly SubmissionInput[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const fresh = await withoutRepeated(deps.db, inputs, outcomes);

  const templates = new Map<string, Template>();
  const drafts: (Entry & { draft: Draft })[] = [];
  const hosts = deps.hosts();
  const queue = deps.queue();
  const reads = { ...deps, ...rememberedReads(deps), hosts: () => hosts, queue: () => queue };
  let ahead = 0;
  for (const { input, place } of fresh) {
    try {
      const own = new Map<string, Template>();
      const draft = draftOf(reads, input, await resolveAll(reads, input, own), ahead);
      for (const [hash, template] of own) templates.set(hash, template);
      drafts.push({ input, place, draft });
      ahead += draft.rows.length;
    } catch (error) {
      outcomes[place] = refused(deps.log, error);
    }
  }
  if (drafts.length === 0) return outcomes;

  const made = await write(deps, drafts, [...templates.values()]);
  if (made !== null) deps.submitted(made);
  for (const { input, place, draft } of drafts)
    outcomes[place] = made === null ? await alone(deps, input) : queued(draft);
  return outcomes;
}

/** @returns null where something stood against one of them: nothing is written then */
async function write(
  deps: SubmitDeps & { log: Log },
  entries: readonly { input: SubmissionInput; draft: Draft }[],
  templates: readonly Template[],
): Promise<OpenRow[] | null> {
  const keys = entries.flatMap(({ input: { idempotency }, draft }) =>
    idempotency === undefined ? [] : [{ ...idempotency, batch_id: draft.batch.id }],
  );
  const fresh = deps.templates.unknown(templates);
  try {
    const made = await deps.db.transaction().execute(async (trx) => {
      await deps.templates.store(trx, fresh);
      const inserted = await insertDrafts(
        trx,
        entries.map(({ draft }) => draft),
      );
      if (!(await claimKeys(trx, keys))) throw new Error('a key was claimed meanwhile');
      return inserted;
    });
    deps.templates.stored(fresh);
    return made;
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    deps.log.debug({ err: error }, 'a chunk could not be queued at once; its entries are queued one by one');
    return null;
  }
}

async function alone(deps: SubmitDeps & { log: Log }, input: SubmissionInput): Promise<Outcome> {
  try {
    const { batch_id, jobs, notes } = await submit(deps, input);
    return { batch_id, job_ids: jobs.map((job) => job.id), notes, error: null };
  } catch (error) {
    return refused(deps.log, error);
  }
}

function queued({ batch, rows, notes }: Draft): Outcome {
  return { batch_id: batch.id, job_ids: rows.map((row) => row.id), notes, error: null };
}

function refused(log: Log, error: unknown): Outcome {
  const wire = toWireError(error);
  if (wire.code === 'internal') log.error({ err: error }, 'an entry of a batch could not be queued');
  return { batch_id: null, job_ids: [], notes: [], error: wire };
}

/** Answers the entries that came before by their key; gives those that are new. */
async function withoutRepeated(
  db: Db,
  inputs: readonly SubmissionInput[],
  outcomes: Outcome[],
): Promise<Entry[]> {
  const known = await batchesOfKeys(
    db,
    inputs.flatMap(({ idempotency }) => (idempotency === undefined ? [] : [idempotency])),
  );
  const fresh: Entry[] = [];
  const repeated: (Entry & { batchId: string })[] = [];
  for (const [place, input] of inputs.entries()) {
    const before = input.idempotency === undefined ? undefined : known(input.idempotency);
    if (before === undefined) fresh.push({ input, place });
    else if (before.body_hash === input.idempotency?.body_hash)
      repeated.push({ input, place, batchId: before.batch_id });
    else outcomes[place] = { batch_id: null, job_ids: [], notes: [], error: toWireError(mismatch()) };
  }
  const jobs = await jobsOfRepeated(db, repeated);
  for (const { place, batchId } of repeated) {
    const own = jobs.filter((job) => job.place === place);
    outcomes[place] = {
      batch_id: batchId,
      job_ids: own.map((job) => job.id),
      notes: [...new Set(own.flatMap((job) => job.notes))],
      error: null,
    };
  }
  return fresh;
}

/** As `replay` finds them: in a batch of many requests, those of one are the jobs of its recipe. */
async function jobsOfRepeated(
  db: Db,
  repeated: readonly (Entry & { batchId: string })[],
): Promise<{ place: number; id: string; notes: string[] }[]> {
  if (repeated.length === 0) return [];
  const asked = repeated.map(({ input, place, batchId }) => ({
    place,
    batch_id: batchId,
    recipe: input.batch === undefined ? null : input.recipe,
  }));
  const { rows } = await sql<{ place: number; id: string; notes: string[] }>`
    WITH asked AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
        AS entry(place int, batch_id text, recipe jsonb)
    ), held AS MATERIALIZED (
      SELECT id, batch_id, notes, (snapshot->'recipe')::jsonb AS recipe
      FROM job WHERE batch_id IN (SELECT batch_id FROM asked)
    )
    SELECT asked.place, held.id, held.notes
    FROM asked JOIN held
      ON held.batch_id = asked.batch_id AND (asked.recipe IS NULL OR held.recipe = asked.recipe)
    ORDER BY asked.place, held.id`.execute(db);
  return rows;
}
