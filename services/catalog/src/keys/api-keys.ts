import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ApiKeyView, Scope } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db, DbOrTrx } from '../db/connect.ts';
import { isUniqueViolation } from '../db/errors.ts';

export interface Principal {
  id: string;
  name: string;
  scopes: Scope[];
}

export interface IssuedKey {
  key: ApiKeyView;
  /** Shown once, stored nowhere. */
  secret: string;
}

const secretBytes = 32;
/** As much of a secret as is shown to tell keys apart. */
const prefixLength = 10;
/** «Last used» is told to the minute: a write per request would cost more than the request. */
export const lastUsedSeconds = 60;

const columns = ['id', 'name', 'scopes', 'prefix', 'created_at', 'last_used_at'] as const;

export async function listKeys(db: DbOrTrx): Promise<ApiKeyView[]> {
  const rows = await db
    .selectFrom('api_key')
    .select(columns)
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toView);
}

/** Makes a key. @throws GazeError conflict where another one has the name */
export async function createKey(db: DbOrTrx, name: string, scopes: readonly Scope[]): Promise<IssuedKey> {
  const issued = newSecret();
  try {
    const row = await db
      .insertInto('api_key')
      .values({
        id: randomUUID(),
        name,
        sha256: issued.sha256,
        prefix: issued.prefix,
        scopes: unique(scopes),
      })
      .returning(columns)
      .executeTakeFirstOrThrow();
    return { key: toView(row), secret: issued.secret };
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new GazeError(
      'conflict',
      `There is a key named «${name}» already. Choose another name, or regenerate that key.`,
      { field: 'name', cause: error },
    );
  }
}

/** Gives the key of that name a new secret and the given scopes, or makes the key. The old secret ends at once. */
export async function regenerateKey(db: Db, name: string, scopes: readonly Scope[]): Promise<IssuedKey> {
  const issued = newSecret();
  const row = await db
    .updateTable('api_key')
    .set({
      sha256: issued.sha256,
      prefix: issued.prefix,
      scopes: unique(scopes),
      last_used_at: null,
      created_at: sql`now()`,
    })
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? createKey(db, name, scopes) : { key: toView(row), secret: issued.secret };
}

/** Ends a key for ever; its name is free again. @throws GazeError not_found */
export async function revokeKey(db: DbOrTrx, id: string): Promise<void> {
  const result = await db
    .updateTable('api_key')
    .set({ revoked_at: sql`now()` })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n)
    throw new GazeError('not_found', 'There is no such key; it may have been revoked already.', {
      field: 'id',
    });
}

/** Who holds the secret of that hash; null where nobody does. */
export async function principalOfKey(db: DbOrTrx, sha256: string): Promise<Principal | null> {
  const row = await db
    .selectFrom('api_key')
    .select([
      'id',
      'name',
      'scopes',
      sql<boolean>`last_used_at IS NULL OR last_used_at < now() - make_interval(secs => ${lastUsedSeconds})`.as(
        'due',
      ),
    ])
    .where('sha256', '=', sha256)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.due)
    await db
      .updateTable('api_key')
      .set({ last_used_at: sql`now()` })
      .where('id', '=', row.id)
      .execute();
  return { id: `key:${row.id}`, name: row.name, scopes: row.scopes };
}

function newSecret(): { secret: string; sha256: string; prefix: string } {
  const secret = `gaze_${randomBytes(secretBytes).toString('base64url')}`;
  return {
    secret,
    sha256: createHash('sha256').update(secret).digest('hex'),
    prefix: secret.slice(0, prefixLength),
  };
}

const unique = (scopes: readonly Scope[]): Scope[] => [...new Set(scopes)];

function toView(row: {
  id: string;
  name: string;
  scopes: Scope[];
  prefix: string;
  created_at: Date;
  last_used_at: Date | null;
}): ApiKeyView {
  return {
    ...row,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}
