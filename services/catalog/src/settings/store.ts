import type { DbOrTrx } from '../db/connect.ts';

/** One row of `setting`; undefined: nobody has chosen. */
export async function readSetting(db: DbOrTrx, key: string): Promise<unknown> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

export async function writeSetting(db: DbOrTrx, key: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value);
  await db
    .insertInto('setting')
    .values({ key, value: text })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
    .execute();
}

export async function forgetSetting(db: DbOrTrx, key: string): Promise<void> {
  await db.deleteFrom('setting').where('key', '=', key).execute();
}
