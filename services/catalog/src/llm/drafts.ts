import type { DraftView, EntityWritten, LlmChange, llmJobsRpc } from '@gaze/contracts';
import { thumbUrl } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { SqlBool } from 'kysely';
import { z } from 'zod';
import type { Db, DbOrTrx } from '../db/connect.ts';
import { exactTime, exactTimePattern, readCursor, writeCursor } from '../db/cursor.ts';
import { entityDetail } from '../library/detail.ts';
import type { Events } from '../events/events.ts';
import type { Landing } from './landing.ts';
import type { ResultRow } from './results-store.ts';
import { resultOf } from './results-store.ts';
import { countWaiting, tellDraft } from './tell-drafts.ts';

const Cursor = z.object({ at: z.string().regex(exactTimePattern), id: z.string().max(100) });
/** Of one draft in a list; fifty of them fit the bus. */
const shownBytes = 12_000;

/** Results that wait for a person, newest first. */
export async function listDrafts(
  db: DbOrTrx,
  query: z.output<typeof llmJobsRpc.drafts.input>,
): Promise<{ items: DraftView[]; next_cursor: string | null; waiting: number }> {
  let select = db.selectFrom('llm_result').selectAll().where('state', '=', 'waiting');
  if (query.category !== undefined) select = select.where('category', '=', query.category);
  if (query.batch_id !== undefined) select = select.where('batch_id', '=', query.batch_id);
  if (query.cursor !== undefined) {
    const { at, id } = readCursor(Cursor, query.cursor);
    select = select.where(sql<SqlBool>`(created_at, job_id) < (${at}::timestamptz, ${id})`);
  }
  const rows = await select
    .select(exactTime('created_at').as('created_exact'))
    .orderBy('created_at', 'desc')
    .orderBy('job_id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return {
    items: await viewsOf(db, page, shownBytes),
    next_cursor: last === undefined ? null : writeCursor({ at: last.created_exact, id: last.job_id }),
    waiting: await countWaiting(db),
  };
}

/** @throws GazeError not_found */
export async function draftOf(db: DbOrTrx, id: string): Promise<DraftView> {
  const [view] = await viewsOf(db, [await rowOf(db, id)]);
  if (view === undefined) throw noSuchDraft(id);
  return view;
}

/**
 * Writes a draft into the library, once however often it is asked.
 * @throws GazeError conflict where somebody changed the same fields, or the draft was discarded; then it is as it was
 */
export async function applyDraft(
  deps: { db: Db; landing: Landing; events: Events },
  { id, pointers, overwrite }: z.output<typeof llmJobsRpc.draftApply.input>,
): Promise<EntityWritten> {
  const { db, landing } = deps;
  const before = await rowOf(db, id);
  const strange = pointers?.find((pointer) => !before.changes.some((change) => change.pointer === pointer));
  if (strange !== undefined)
    throw new GazeError('invalid_input', `The draft has no change at «${strange}».`, { field: 'pointers' });
  if (pointers !== undefined && before.slug === null)
    throw new GazeError('invalid_input', 'A new entry is taken as a whole.', { field: 'pointers' });
  await db
    .updateTable('llm_result')
    .set({ state: 'applying', overwrite, pointers: pointers === undefined ? null : JSON.stringify(pointers) })
    .where('job_id', '=', id)
    .where('state', '=', 'waiting')
    .execute();
  const landed = await landing.land(id);
  if (landed.state === 'waiting') throw landed.error;
  if (landed.state !== 'applied')
    throw new GazeError('conflict', `The draft was discarded. ${before.reason}`.trim(), { field: 'id' });
  return { entity: await entityDetail(db, before.category, landed.slug ?? ''), merged: landed.merged };
}

/** @throws GazeError conflict for a draft that is in the library, or on its way there */
export async function discardDraft(
  { db, events }: { db: Db; events: Events },
  id: string,
): Promise<DraftView> {
  await rowOf(db, id);
  await db.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('llm_result')
      .set({ state: 'discarded', reason: 'It was discarded.', decided_at: sql<Date>`now()` })
      .where('job_id', '=', id)
      .where('state', '=', 'waiting')
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n) await tellDraft(trx, events, { id, state: 'discarded' });
  });
  events.wake();
  const view = await draftOf(db, id);
  if (view.state === 'discarded') return view;
  throw new GazeError(
    'conflict',
    'The draft is in the library already. Its revision there can be taken back.',
    { field: 'id' },
  );
}

async function rowOf(db: DbOrTrx, id: string): Promise<ResultRow> {
  const row = await resultOf(db, id);
  if (row === undefined) throw noSuchDraft(id);
  return row;
}

const noSuchDraft = (id: string): GazeError =>
  new GazeError('not_found', `There is no draft «${id}».`, { field: 'id' });

/** With the covers of the entries that they change. */
async function viewsOf(db: DbOrTrx, rows: readonly ResultRow[], most?: number): Promise<DraftView[]> {
  const slugs = rows.flatMap(({ slug }) => (slug === null ? [] : [slug]));
  const entities =
    slugs.length === 0
      ? []
      : await db
          .selectFrom('entity')
          .select(['category', 'slug', 'name', 'cover_key', 'cover_sha256', 'is_nsfw'])
          .where('slug', 'in', slugs)
          .where('gone_at', 'is', null)
          .execute();
  return rows.map((row) => {
    const entity = entities.find((one) => one.category === row.category && one.slug === row.slug);
    return {
      ...draftView(row, most),
      // The entry's name of today: a model may have proposed another one.
      ...(entity === undefined ? {} : { name: entity.name, is_nsfw: entity.is_nsfw }),
      cover_thumb_url:
        entity === undefined || entity.cover_key === null || entity.cover_sha256 === null
          ? null
          : thumbUrl(entity.cover_key, entity.cover_sha256),
    };
  });
}

function draftView(row: ResultRow, most = Number.POSITIVE_INFINITY): DraftView {
  const { kind, category, slug, name, file, batch_id, state, reason, refused, notes } = row;
  const changes = firstOf(row.changes, most);
  return {
    ...{ id: row.job_id, kind, category, slug, name, file, batch_id, state, reason },
    ...{ cover_thumb_url: null, is_nsfw: isNsfw(row.changes) },
    ...{
      changes,
      change_count: row.changes.length,
      refused: refused.slice(0, 20),
      tag_report: row.tag_report,
      notes,
    },
    created_at: row.created_at.toISOString(),
  };
}

const isNsfw = (changes: readonly LlmChange[]): boolean =>
  changes.some(({ pointer, after }) => pointer === '/tags/nsfw' && after === true);

function firstOf(changes: readonly LlmChange[], most: number): LlmChange[] {
  let bytes = 0;
  return changes.filter((change) => (bytes += Buffer.byteLength(JSON.stringify(change))) <= most);
}
