import type { Submission } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { z } from 'zod';
import type { DbOrTrx, Trx } from '../db/connect.ts';

export type IdempotencyKey = NonNullable<z.output<typeof Submission>['idempotency']>;

/**
 * The batch that a key made before; null where the key is new.
 * @throws GazeError idempotency_mismatch where it belongs to another body
 */
export async function batchOfKey(db: DbOrTrx, key: IdempotencyKey): Promise<string | null> {
  const row = await db
    .selectFrom('idempotency')
    .select(['batch_id', 'body_hash'])
    .where('principal', '=', key.principal)
    .where('route', '=', key.route)
    .where('key', '=', key.key)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.body_hash !== key.body_hash) throw mismatch();
  return row.batch_id;
}

export const mismatch = (): GazeError =>
  new GazeError(
    'idempotency_mismatch',
    'This Idempotency-Key was sent before with another request. Use a new key for a new request.',
  );

/** What many keys made before, asked for at once; the answer is undefined for a key that is new. */
export async function batchesOfKeys(
  db: DbOrTrx,
  keys: readonly IdempotencyKey[],
): Promise<(key: IdempotencyKey) => { batch_id: string; body_hash: string } | undefined> {
  if (keys.length === 0) return () => undefined;
  const rows = await db
    .selectFrom('idempotency')
    .select(['principal', 'route', 'key', 'batch_id', 'body_hash'])
    .where('principal', 'in', distinct(keys, 'principal'))
    .where('route', 'in', distinct(keys, 'route'))
    .where('key', 'in', distinct(keys, 'key'))
    .execute();
  const textOf = ({ principal, route, key }: Pick<IdempotencyKey, 'principal' | 'route' | 'key'>): string =>
    JSON.stringify([principal, route, key]);
  const known = new Map(rows.map((row) => [textOf(row), row]));
  return (key) => known.get(textOf(key));
}

function distinct(keys: readonly IdempotencyKey[], field: 'principal' | 'route' | 'key'): string[] {
  return [...new Set(keys.map((key) => key[field]))];
}

/** Ties a key to a batch; false where somebody else just did. */
export async function claimKey(trx: Trx, key: IdempotencyKey, batchId: string): Promise<boolean> {
  const result = await trx
    .insertInto('idempotency')
    .values({ ...key, batch_id: batchId })
    .onConflict((conflict) => conflict.columns(['principal', 'route', 'key']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Ties many keys to their batches; false where one of them was claimed meanwhile, or stands there twice. */
export async function claimKeys(
  trx: Trx,
  keys: readonly (IdempotencyKey & { batch_id: string })[],
): Promise<boolean> {
  if (keys.length === 0) return true;
  const result = await trx
    .insertInto('idempotency')
    .values([...keys])
    .onConflict((conflict) => conflict.columns(['principal', 'route', 'key']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === BigInt(keys.length);
}
