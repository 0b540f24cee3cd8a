import type { DbOrTrx } from '../db/connect.ts';

/**
 * Version of what rows hold beside the file's text: search words, tags, LoRA, flags. Raise it when `entityRow` or the
 * domain's readers of JSON begin to say something else; the next start then reads every file once more.
 */
const derivation = 1;
const key = 'library_derivation';

export async function isDerivedByOlderVersion(db: DbOrTrx): Promise<boolean> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value !== derivation;
}

export async function rememberDerivation(db: DbOrTrx): Promise<void> {
  const value = JSON.stringify(derivation);
  await db
    .insertInto('setting')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}
