import type { GalleryRescan } from '@gaze/contracts';
import { compareKeys } from '@gaze/media';
import type { ObjectEntry } from '@gaze/media';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import { isHiddenFolder, isPictureKey, pictureOfSidecar } from './placing.ts';
import { hideMissing } from './rescan-missing.ts';
import type { Rescan, RescanDeps } from './rescan-state.ts';
import { takeChanged, takeNew, takeSidecars } from './rescan-take.ts';
import { takeTrash } from './rescan-trash.ts';
import { imageView, selectImages } from './views.ts';

const chunkSize = 500;
const mostProblems = 200;

/**
 * Brings the index of pictures to what lies in the store. Files and rows are walked through side by side in one
 * order, so that neither has to fit into memory; only what is new or changed is read.
 */
export async function rescanImages(deps: RescanDeps): Promise<GalleryRescan> {
  const scan: Rescan = {
    deps,
    startedAt: new Date(),
    result: {
      ...{ files: 0, added: 0, changed: 0, moved: 0, missing: 0, swept: 0 },
      problems: [],
      warning: null,
    },
    told: { created: [], changed: [], removed: [] },
    nsfwOwners: new Map(),
  };
  const fresh = buildChunk<ObjectEntry>((entries) => deps.alone(() => takeNew(scan, entries)));
  const changed = buildChunk<{ entry: ObjectEntry; id: string }>((pairs) => takeChanged(scan, pairs));
  const sidecars = buildChunk<{ key: string; etag: string }>((found) => takeSidecars(scan, found));
  const gone: { id: string; key: string }[] = [];
  let rows = 0;

  const known = rowsInOrder(deps.db);
  let row = await known.next();
  for await (const entry of deps.store.entries('', { skip: isHiddenFolder })) {
    deps.signal.throwIfAborted();
    const picture = pictureOfSidecar(entry.key);
    if (picture !== null) await sidecars.add({ key: picture, etag: entry.etag });
    if (!isPictureKey(entry.key)) continue;
    scan.result.files++;
    for (; row.done !== true && compareKeys(row.value.key, entry.key) < 0; row = await known.next()) {
      gone.push(row.value);
      rows++;
    }
    if (row.done === true || row.value.key !== entry.key) {
      await fresh.add(entry);
      continue;
    }
    if (isOther(row.value, entry)) await changed.add({ entry, id: row.value.id });
    rows++;
    row = await known.next();
  }
  for (; row.done !== true; row = await known.next()) {
    gone.push(row.value);
    rows++;
  }
  for (const chunk of [fresh, changed, sidecars]) await chunk.end();
  await hideMissing(scan, gone, rows);
  await takeTrash(scan);
  await tell(scan);
  scan.result.problems.splice(mostProblems);
  return scan.result;
}

export interface KnownRow {
  id: string;
  key: string;
  bytes: number;
  file_etag: string | null;
}

/** Every picture that is shown, in the order of a listing. */
export async function* rowsInOrder(db: Db): AsyncGenerator<KnownRow> {
  const size = 2000;
  for (let after = ''; ;) {
    const { rows } = await sql<KnownRow>`
      SELECT id, key, bytes, file_etag FROM image WHERE key > ${after} ORDER BY key LIMIT ${size}`.execute(
      db,
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return;
    after = last.key;
  }
}

/** A picture whose stamp nobody took yet counts as the same while its size is. */
const isOther = (row: KnownRow, entry: ObjectEntry): boolean =>
  row.file_etag === null ? row.bytes !== entry.bytes : row.file_etag !== entry.etag;

function buildChunk<T>(work: (items: T[]) => Promise<void>) {
  let items: T[] = [];
  const end = async (): Promise<void> => {
    const ready = items;
    items = [];
    if (ready.length > 0) await work(ready);
  };
  return {
    end,
    async add(item: T): Promise<void> {
      items.push(item);
      if (items.length >= chunkSize) await end();
    },
  };
}

/** More than that, and listeners are told once to load again. */
const tellOneByOne = 50;

async function tell({ deps, told }: Rescan): Promise<void> {
  const { created, changed, removed } = told;
  const count = created.length + changed.length + removed.length;
  if (count === 0) return;
  if (count > tellOneByOne) await deps.events.emit(deps.db, { type: 'image.many' });
  else {
    const ids = [...created, ...changed];
    const rows = ids.length === 0 ? [] : await selectImages(deps.db).where('image.id', 'in', ids).execute();
    for (const row of rows)
      await deps.events.emit(deps.db, {
        type: created.includes(row.id) ? 'image.created' : 'image.changed',
        image: imageView(row),
      });
    for (const image_id of removed) await deps.events.emit(deps.db, { type: 'image.removed', image_id });
  }
  deps.events.wake();
}
