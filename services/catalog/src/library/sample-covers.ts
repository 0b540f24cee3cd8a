import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryName } from '@gaze/contracts';
import { checkImage } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { every } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db, Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { singleFlight } from '../single-flight.ts';
import { cardOf } from './cards.ts';

export interface SampleCoverDeps {
  db: Db;
  dataDir: string;
  store: ObjectStore;
  events: Events;
  log: Log;
}

const atOnce = 200;
const retryEveryMs = 30_000;

/**
 * Takes over drawings that ship beside the entities (`data/covers/<category>/<slug>.webp`), once for each entity, soon
 * after it is first seen. They go through the object store like any picture, so that nothing else reads the data
 * folder. The rows say what is due: neither a crash nor a store that is away loses a cover.
 */
export function buildSampleCovers(deps: SampleCoverDeps): {
  wake: () => void;
  start: () => void;
  stop: () => Promise<void>;
} {
  const { log } = deps;
  let ticker: { stop: () => void } | null = null;
  const flight = singleFlight(
    async () => {
      while (await adoptDue(deps));
    },
    (error) => log.warn({ err: error }, 'sample covers could not be taken over; they are tried again'),
  );
  return {
    wake: flight.wake,
    start() {
      flight.wake();
      ticker = every(retryEveryMs, flight.tick, log);
    },
    async stop() {
      ticker?.stop();
      await flight.stop();
    },
  };
}

/** One round; false where nothing was due. */
async function adoptDue(deps: SampleCoverDeps): Promise<boolean> {
  const due = await deps.db
    .selectFrom('entity')
    .select(['category', 'slug'])
    .where('sample_cover_due', '=', true)
    .where('gone_at', 'is', null)
    .orderBy('category')
    .orderBy('slug')
    .limit(atOnce)
    .execute();
  for (const category of new Set(due.map((row) => row.category))) {
    const slugs = due.filter((row) => row.category === category).map((row) => row.slug);
    const drawn = new Set(await readdir(path.join(deps.dataDir, 'covers', category)).catch(() => []));
    await settle(
      deps.db,
      category,
      slugs.filter((slug) => !drawn.has(`${slug}.webp`)),
    );
    for (const slug of slugs) if (drawn.has(`${slug}.webp`)) await adopt(deps, category, slug);
  }
  return due.length > 0;
}

async function adopt(deps: SampleCoverDeps, category: CategoryName, slug: string): Promise<void> {
  const cover = await storeDrawing(deps, category, slug);
  await deps.db.transaction().execute(async (trx) => {
    await settle(trx, category, [slug]);
    if (cover === null || !(await takeWhereNone(trx, category, slug, cover))) return;
    const entity = await cardOf(trx, category, slug);
    if (entity !== null) await deps.events.emit(trx, { type: 'entity.changed', entity });
  });
  deps.events.wake();
}

/** Null for a file that is no picture. @throws where the store cannot take it now */
async function storeDrawing(
  deps: SampleCoverDeps,
  category: CategoryName,
  slug: string,
): Promise<{ key: string; sha256: string } | null> {
  const file = path.join(deps.dataDir, 'covers', category, `${slug}.webp`);
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
    await checkImage(bytes);
  } catch (error) {
    deps.log.warn({ err: error, file }, 'a sample cover is no picture and was passed over');
    return null;
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const key = `${category}/${slug}/cover_${sha256.slice(0, 12)}.webp`;
  await deps.store.put(key, bytes, { contentType: 'image/webp' });
  return { key, sha256 };
}

/** A cover that somebody chose meanwhile stays. */
async function takeWhereNone(
  trx: Trx,
  category: CategoryName,
  slug: string,
  cover: { key: string; sha256: string },
): Promise<boolean> {
  const result = await trx
    .updateTable('entity')
    .set({ cover_key: cover.key, cover_sha256: cover.sha256 })
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where('cover_key', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

async function settle(db: Db | Trx, category: CategoryName, slugs: readonly string[]): Promise<void> {
  if (slugs.length === 0) return;
  await db
    .updateTable('entity')
    .set({ sample_cover_due: false })
    .where('category', '=', category)
    .where(sql<string>`slug`, '=', sql<string>`ANY(${[...slugs]}::text[])`)
    .execute();
}
