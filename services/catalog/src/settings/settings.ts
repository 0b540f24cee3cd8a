import type { LlmReview, Settings as SettingsView } from '@gaze/contracts';
import { Settings as SettingsSchema, catalogRpc } from '@gaze/contracts';
import { serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db, DbOrTrx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { writeSetting } from './store.ts';

export interface Settings {
  read: (db?: DbOrTrx) => Promise<SettingsView>;
  /** Path or slug of the checkpoint that recipes without one use; null: the workflow template's own. */
  defaultCheckpoint: () => Promise<string | null>;
  /** What becomes of an LLM job's result for one entry. */
  llmReview: () => Promise<LlmReview>;
  /** Asked by whoever forgets something, each time. */
  keeping: () => Promise<Keeping>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

/** What holds while nobody chose otherwise. */
const defaults = {
  default_checkpoint: null,
  nsfw_display: 'blur',
  llm_review: 'apply',
  keep_job_days: 30,
  keep_trash_days: null,
  keep_revisions: 50,
  keep_event_hours: 24,
} as const satisfies SettingsView;

/** How long what is past is kept. */
export interface Keeping {
  jobDays: number;
  /** Null: until somebody empties the trash. */
  trashDays: number | null;
  revisions: number;
  eventHours: number;
}

/** What is kept while nobody chose otherwise. */
export const usualKeeping: Keeping = {
  jobDays: defaults.keep_job_days,
  trashDays: defaults.keep_trash_days,
  revisions: defaults.keep_revisions,
  eventHours: defaults.keep_event_hours,
};

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
    async keeping() {
      const { keep_job_days, keep_trash_days, keep_revisions, keep_event_hours } = await readSettings(db);
      return {
        jobDays: keep_job_days ?? usualKeeping.jobDays,
        trashDays: keep_trash_days ?? usualKeeping.trashDays,
        revisions: keep_revisions ?? usualKeeping.revisions,
        eventHours: keep_event_hours ?? usualKeeping.eventHours,
      };
    },
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
  // One that an older or newer version wrote in another form counts as not chosen; the others count.
  const chosen = rows.filter(
    ({ key, value }) => SettingsSchema.partial().safeParse({ [key]: value }).success,
  );
  return SettingsSchema.parse({
    ...defaults,
    ...Object.fromEntries(chosen.map((row) => [row.key, row.value])),
  });
}
