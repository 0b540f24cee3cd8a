import type { CategoryName, EntityData, RevisionDetail, RevisionView } from '@gaze/contracts';
import { diffData } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import { z } from 'zod';
import type { DbOrTrx } from '../db/connect.ts';
import { readCursor, writeCursor } from '../db/cursor.ts';
import { authorOf, madeBy } from './authors.ts';
import { changeEntity } from './change-entity.ts';
import { pointerOf } from './conflict.ts';
import type { WriteDeps } from './deps.ts';
import { changeText } from './text-edit.ts';

/** Longer texts are not sent along: an answer has to fit the bus. */
const maxTextBytes = 200_000;

const columns = [
  'id',
  'created_at',
  'made_by',
  'action',
  'state',
  'note',
  'before_hash',
  'after_hash',
] as const;

function select(db: DbOrTrx, category: CategoryName, slug: string) {
  return db
    .selectFrom('entity_revision')
    .select(columns)
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where('state', '<>', 'pending');
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

function view(row: Row): RevisionView {
  return {
    id: String(row.id),
    at: row.created_at.toISOString(),
    by: authorOf(row.made_by),
    action: row.action,
    state: row.state === 'conflict' ? 'conflict' : 'done',
    note: row.note,
    before: row.before_hash,
    after: row.after_hash,
  };
}

const Cursor = z.object({ id: z.number().int() });

/** One page of an entity's changes, newest first; also of one that was deleted. */
export async function listRevisions(
  db: DbOrTrx,
  query: { category: CategoryName; slug: string; cursor?: string | undefined; limit: number },
): Promise<{ items: RevisionView[]; next_cursor: string | null }> {
  let rows = select(db, query.category, query.slug);
  if (query.cursor !== undefined) rows = rows.where('id', '<', readCursor(Cursor, query.cursor).id);
  const found = await rows
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = found.slice(0, query.limit);
  const last = found.length > query.limit ? page.at(-1) : undefined;
  return { items: page.map(view), next_cursor: last === undefined ? null : writeCursor({ id: last.id }) };
}

interface Which {
  category: CategoryName;
  slug: string;
  id: string;
}

async function revision(db: DbOrTrx, { category, slug, id }: Which) {
  const row = /^\d{1,15}$/.test(id)
    ? await select(db, category, slug)
        .select(['before_text', 'after_text'])
        .where('id', '=', Number(id))
        .executeTakeFirst()
    : undefined;
  if (row === undefined)
    throw new GazeError('not_found', `«${slug}» has no revision ${id}.`, { field: 'id' });
  return row;
}

/** What one change was, field by field and as texts. @throws GazeError not_found */
export async function revisionDetail(db: DbOrTrx, which: Which): Promise<RevisionDetail> {
  const row = await revision(db, which);
  const changes = diffData(dataOf(row.before_text), dataOf(row.after_text)).map(
    ({ path, before, after }) => ({
      pointer: pointerOf(path),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    }),
  );
  const short = (text: string | null): string | null =>
    text !== null && text.length <= maxTextBytes ? text : null;
  return { ...view(row), changes, before_text: short(row.before_text), after_text: short(row.after_text) };
}

/** A conflicting text may be anything: one that is no entity differs in everything. */
function dataOf(text: string | null): EntityData {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/**
 * Brings an earlier version back, as one more change: as it was before a change, or as that change left it. The id
 * stays what it is now.
 * @throws GazeError not_found; invalid_input where there is no such version; as `changeEntity`
 */
export async function revertEntity(
  deps: WriteDeps,
  request: Which & { to: 'before' | 'after'; if_match?: string | undefined; by: string },
): Promise<void> {
  const { category, slug, to, id } = request;
  const row = await revision(deps.db, request);
  const text = to === 'before' ? row.before_text : row.after_text;
  if (text === null) {
    throw new GazeError(
      'invalid_input',
      `There was no file ${to} this change. Delete or restore the entry instead.`,
      {
        field: 'to',
      },
    );
  }
  const note = `As it was ${to} change ${id}.`;
  await changeEntity(
    deps,
    { category, slug, by: madeBy(request.by), action: 'revert', note, ifMatch: request.if_match },
    (current) => {
      const { idField } = current.declaration;
      const before = dataOf(text)[idField];
      const same = before === current.data[idField];
      return same
        ? text
        : changeText(text, [{ path: [idField], value: current.data[idField] ?? current.id }]);
    },
  );
}
