import type { OpenSession } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db, DbOrTrx } from '../db/connect.ts';
import type { Principal } from './api-keys.ts';
import { lastUsedSeconds } from './api-keys.ts';

/** Signing in is signing in as the owner: GAZE has one. */
const ownerName = 'owner';
/** Enough of a hash to name its session, too little to find the secret by. */
const idLength = 16;

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
  return { id: `session:${sha256.slice(0, idLength)}`, name: ownerName, scopes: ['admin'] };
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

/** Browsers that are signed in, last used first. */
export async function listSessions(db: DbOrTrx, asker: string | null): Promise<OpenSession[]> {
  const rows = await db
    .selectFrom('session')
    .selectAll()
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('last_used_at', 'desc')
    .orderBy('sha256')
    .limit(200)
    .execute();
  return rows.map((row) => ({
    id: row.sha256.slice(0, idLength),
    user_agent: row.user_agent,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    is_this: row.sha256 === asker,
  }));
}

/** Ends one session by its id, or all but one. @returns how many ended */
export async function closeSessions(
  db: DbOrTrx,
  which: { id?: string | undefined; except?: string | null | undefined },
): Promise<number> {
  let remove = db.deleteFrom('session');
  if (which.id !== undefined) remove = remove.where(sql`left(sha256, ${idLength})`, '=', which.id);
  else if (which.except != null) remove = remove.where('sha256', '<>', which.except);
  const result = await remove.executeTakeFirst();
  return Number(result.numDeletedRows);
}

const passwordKey = 'password_hash';

/** The hash of the password that was set in GAZE; null: none was. */
export async function passwordHash(db: DbOrTrx): Promise<string | null> {
  const row = await db
    .selectFrom('setting')
    .select('value')
    .where('key', '=', passwordKey)
    .executeTakeFirst();
  return typeof row?.value === 'string' ? row.value : null;
}

export async function setPasswordHash(db: DbOrTrx, hash: string): Promise<void> {
  const value = JSON.stringify(hash);
  await db
    .insertInto('setting')
    .values({ key: passwordKey, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}
