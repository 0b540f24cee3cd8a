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
  if (row.body_hash !== key.body_hash) {
    throw new GazeError(
      'idempotency_mismatch',
      'This Idempotency-Key was sent before with another request. Use a new key for a new request.',
    );
  }
  return row.batch_id;
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
