import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db, DbOrTrx } from '../db/connect.ts';
import type { Principal } from './api-keys.ts';
import { lastUsedSeconds } from './api-keys.ts';

/** Signing in is signing in as the owner: GAZE has one. */
const ownerName = 'owner';

export interface SessionOpening {
  /** SHA-256 of the cookie's secret, in hex. */
  sha256: string;
  days: number;
  user_agent: string;
  /** Hash of the one-time token that is traded for the session. */
  once?: string | undefined;
}

/**
 * Opens a session. False where its one-time token was traded before, also by an earlier process.
 * @throws GazeError conflict where that session is open already; the token is then not used up
 */
export async function openSession(db: Db, opening: SessionOpening): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    if (opening.once !== undefined && !(await useToken(trx, opening.once))) return false;
    const inserted = await trx
      .insertInto('session')
      .values({
        sha256: opening.sha256,
        user_agent: opening.user_agent,
        expires_at: sql`now() + make_interval(days => ${opening.days})`,
      })
      .onConflict((conflict) => conflict.column('sha256').doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 0n)
      throw new GazeError('conflict', 'This session is open already.', { field: 'sha256' });
    return true;
  });
}

/** The first to insert the token has it; a second one, however close, waits for the first and finds it used. */
async function useToken(db: DbOrTrx, sha256: string): Promise<boolean> {
  const result = await db
    .insertInto('used_token')
    .values({ sha256 })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function principalOfSession(db: DbOrTrx, sha256: string): Promise<Principal | null> {
  const row = await db
    .selectFrom('session')
    .select(sql<boolean>`last_used_at < now() - make_interval(secs => ${lastUsedSeconds})`.as('due'))
    .where('sha256', '=', sha256)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.due)
    await db
      .updateTable('session')
      .set({ last_used_at: sql`now()` })
      .where('sha256', '=', sha256)
      .execute();
  return { id: `session:${sha256.slice(0, 16)}`, name: ownerName, scopes: ['admin'] };
}

/** Closing what is not open is no error. */
export async function closeSession(db: DbOrTrx, sha256: string): Promise<void> {
  await db.deleteFrom('session').where('sha256', '=', sha256).execute();
}

export async function forgetExpiredSessions(db: DbOrTrx): Promise<void> {
  await db
    .deleteFrom('session')
    .where('expires_at', '<', sql<Date>`now()`)
    .execute();
}
