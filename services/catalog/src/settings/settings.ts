import type { LlmReview, Settings as SettingsView } from '@gaze/contracts';
import { Settings as SettingsSchema, catalogRpc } from '@gaze/contracts';
import { serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db, DbOrTrx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';

export interface Settings {
  read: (db?: DbOrTrx) => Promise<SettingsView>;
  /** Path or slug of the checkpoint that recipes without one use; null: the workflow template's own. */
  defaultCheckpoint: () => Promise<string | null>;
  /** What becomes of an LLM job's result for one entry. */
  llmReview: () => Promise<LlmReview>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

/** What holds while nobody chose otherwise. */
const defaults: SettingsView = { default_checkpoint: null, nsfw_display: 'blur', llm_review: 'apply' };

export function buildSettings(deps: { db: Db; events: Events; log: Log }): Settings {
  const { db, events, log } = deps;

  async function change(given: Partial<SettingsView>): Promise<SettingsView> {
    const after = await db.transaction().execute(async (trx) => {
      const before = await readSettings(trx);
      for (const [key, value] of Object.entries(given)) {
        if (value === before[key as keyof SettingsView]) continue;
        await writeSetting(trx, key, value);
        await events.emit(trx, { type: 'setting.changed', key, value });
      }
      return readSettings(trx);
    });
    events.wake();
    return after;
  }

  return {
    read: (on = db) => readSettings(on),
    defaultCheckpoint: async () => (await readSettings(db)).default_checkpoint,
    llmReview: async () => (await readSettings(db)).llm_review ?? 'apply',
    serve: (nc) => [
      serveRpc(nc, catalogRpc.settingsGet, () => readSettings(db), { log }),
      serveRpc(nc, catalogRpc.settingsSet, (given) => change(given as Partial<SettingsView>), { log }),
    ],
  };
}

async function readSettings(db: DbOrTrx): Promise<SettingsView> {
  const rows = await db
    .selectFrom('setting')
    .select(['key', 'value'])
    .where('key', 'in', Object.keys(defaults))
    .execute();
  const stored = SettingsSchema.safeParse({
    ...defaults,
    ...Object.fromEntries(rows.map((row) => [row.key, row.value])),
  });
  return stored.success ? stored.data : defaults;
}

async function writeSetting(db: DbOrTrx, key: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value);
  await db
    .insertInto('setting')
    .values({ key, value: text })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
    .execute();
}
