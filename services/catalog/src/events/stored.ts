import { randomBytes } from 'node:crypto';
import type { NumberedEvent } from '@gaze/contracts';
import { EventToken, GazeEvent } from '@gaze/contracts';
import { sql } from 'kysely';
import type { Db, DbOrTrx } from '../db/connect.ts';

const incarnationKey = 'event_incarnation';
/** Older events are of use to nobody: a browser that was away for longer loads everything again. */
const usualKeepHours = 24;
const keepCount = 50_000;
/** Answers stay well below what the bus carries. */
const maxBytes = 600_000;

/** Names this database's row of numbers: a database made anew makes a new one, and old tokens are unknown in it. */
async function incarnation(db: DbOrTrx): Promise<string> {
  const stored = await db
    .selectFrom('setting')
    .select('value')
    .where('key', '=', incarnationKey)
    .executeTakeFirst();
  if (stored !== undefined) return String(stored.value);
  await db
    .insertInto('setting')
    .values({ key: incarnationKey, value: JSON.stringify(randomBytes(6).toString('hex')) })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  return incarnation(db);
}

/**
 * Gives the next numbers to committed events that have none, and answers them in their order. To be called from the
 * relay alone: two at once would give one number twice, which the unique index refuses.
 */
export async function numberDueEvents(db: Db, limit: number): Promise<NumberedEvent[]> {
  const due = await sql<{ sequence: number; payload: GazeEvent }>`
    WITH due AS (
      SELECT id, row_number() OVER (ORDER BY id) AS n
      FROM (SELECT id FROM event WHERE sequence IS NULL ORDER BY id LIMIT ${limit}) AS unnumbered
    ), base AS (SELECT coalesce(max(sequence), 0) AS last FROM event)
    UPDATE event SET sequence = base.last + due.n FROM due, base WHERE event.id = due.id
    RETURNING event.sequence, event.payload`.execute(db);
  if (due.rows.length === 0) return [];
  const name = await incarnation(db);
  return due.rows
    .sort((a, b) => a.sequence - b.sequence)
    .map(({ sequence, payload }) => ({ token: `${name}:${sequence}`, event: payload }));
}

export async function newestEvent(db: Db): Promise<NumberedEvent | null> {
  const row = await db
    .selectFrom('event')
    .select(['sequence', 'payload'])
    .where('sequence', 'is not', null)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { token: `${await incarnation(db)}:${row.sequence ?? 0}`, event: row.payload };
}

interface Since {
  known: boolean;
  /** Where the asker stands after this answer. */
  token: string;
  events: NumberedEvent[];
  /** Ask again with `token`. */
  more: boolean;
}

/** What happened after a token. Without one: where the numbers stand now. A token that is not known means «fetch again». */
export async function eventsSince(db: Db, token: string | null, limit: number): Promise<Since> {
  const name = await incarnation(db);
  const range = await db
    .selectFrom('event')
    .select((e) => [e.fn.min('sequence').as('oldest'), e.fn.max('sequence').as('newest')])
    .executeTakeFirstOrThrow();
  const newest = range.newest ?? 0;
  const here = { token: `${name}:${newest}`, events: [], more: false };
  if (token === null) return { known: true, ...here };
  const after = position(token, name);
  if (after === null || after > newest || after < (range.oldest ?? 1) - 1) return { known: false, ...here };
  return { known: true, ...(await eventsAfter(db, name, after, limit)) };
}

function position(token: string, name: string): number | null {
  if (!EventToken.safeParse(token).success) return null;
  const colon = token.lastIndexOf(':');
  const sequence = Number(token.slice(colon + 1));
  return token.slice(0, colon) === name && Number.isSafeInteger(sequence) ? sequence : null;
}

async function eventsAfter(
  db: Db,
  name: string,
  after: number,
  limit: number,
): Promise<Omit<Since, 'known'>> {
  const rows = await db
    .selectFrom('event')
    .select(['sequence', sql<string>`payload::text`.as('text')])
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(limit + 1)
    .execute();
  const events: NumberedEvent[] = [];
  let last = after;
  let bytes = 0;
  let taken = 0;
  for (const row of rows.slice(0, limit)) {
    bytes += Buffer.byteLength(row.text);
    if (bytes > maxBytes && taken > 0) break;
    taken++;
    last = row.sequence ?? last;
    // What an older version wrote in a shape of its own is left out; its number counts all the same.
    const event = GazeEvent.safeParse(JSON.parse(row.text));
    if (event.success) events.push({ token: `${name}:${last}`, event: event.data });
  }
  return { token: `${name}:${last}`, events, more: rows.length > taken };
}

/** Forgets old events. The newest one always stays: the numbers go on from it. */
export async function pruneEvents(db: Db, keepHours: number = usualKeepHours): Promise<void> {
  await sql`
    DELETE FROM event
    WHERE sequence < (SELECT max(sequence) FROM event)
      AND (created_at < now() - make_interval(hours => ${keepHours}) OR sequence <= (SELECT max(sequence) FROM event) - ${keepCount}::bigint)`.execute(
    db,
  );
}
