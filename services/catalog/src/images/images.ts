import type { CategoryName, GenerationRecord, ImageDetail, ImageView, StoredImage } from '@gaze/contracts';
import { GenerationRecord as GenerationRecordSchema, catalogRpc } from '@gaze/contracts';
import { checkImage, readAll, readPngText, sha256Of } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { every, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db, DbOrTrx, Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { listImages } from './list.ts';
import { writeDueSidecars } from './sidecars.ts';
import { imageDetail, imageView, selectImages } from './views.ts';

export interface CompletedJob {
  jobId: string;
  attempt: number;
  owner: { category: CategoryName; slug: string } | null;
  isNsfw: boolean;
  record: GenerationRecord;
}

export interface Images {
  /** Rows of a finished job's pictures, in the completing transaction, with their events. */
  insertFromCompletion: (trx: Trx, job: CompletedJob, images: StoredImage[]) => Promise<ImageView[]>;
  /** Sidecars and thumbnails follow soon after the commit; a ticker catches up what a crash left. */
  wake: () => void;
  start: () => void;
  stop: () => Promise<void>;
  viewsForJobs: (db: DbOrTrx, jobIds: readonly string[]) => Promise<Map<string, ImageView[]>>;
  /** Complete pictures that an attempt stored before it could say so; null where there are none. */
  findStored: (folder: string, jobId: string, attempt: number) => Promise<{ images: StoredImage[]; record: GenerationRecord } | null>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

const catchUpEveryMs = 5000;

export function buildImages(deps: { db: Db; store: ObjectStore; events: Events; log: Log }): Images {
  const { db, store, events, log } = deps;
  let writing: Promise<void> | null = null;
  let again = false;
  let ticker: { stop: () => void } | null = null;

  async function write(): Promise<void> {
    do {
      again = false;
      while ((await writeDueSidecars(deps)) > 0);
    } while (again);
  }
  function wake(): void {
    if (writing !== null) {
      again = true;
      return;
    }
    writing = write()
      .catch((error: unknown) => log.warn({ err: error }, 'sidecars could not be written; they are tried again'))
      .finally(() => (writing = null));
  }

  async function flags(change: { image_id: string; is_favourite?: boolean | undefined; is_nsfw?: boolean | undefined; rating?: number | null | undefined }): Promise<ImageDetail> {
    const { image_id, ...given } = change;
    const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const detail = await db.transaction().execute(async (trx) => {
      await trx.updateTable('image').set({ ...values, sidecar_written: false }).where('id', '=', image_id).execute();
      const changed = await imageDetail(trx, image_id);
      const { generation: _generation, ...image } = changed;
      await events.emit(trx, { type: 'image.changed', image });
      return changed;
    });
    events.wake();
    wake();
    return detail;
  }

  return {
    async insertFromCompletion(trx, job, images) {
      const ids = images.map((_image, ordinal) => `${job.jobId}-${job.attempt}-${ordinal}`);
      await trx
        .insertInto('image')
        .values(
          images.map((image, ordinal) => ({
            id: ids[ordinal] ?? '',
            ...image,
            owner_category: job.owner?.category ?? null,
            owner_slug: job.owner?.slug ?? null,
            job_id: job.jobId,
            attempt: job.attempt,
            ordinal,
            is_nsfw: job.isNsfw,
            rating: null,
            seed: job.record.seed,
            checkpoint: job.record.checkpoint,
            host_name: job.record.host.name,
            record: JSON.stringify(job.record),
          })),
        )
        .execute();
      const rows = await selectImages(trx).where('image.id', 'in', ids).orderBy('image.ordinal').execute();
      const views = rows.map(imageView);
      for (const image of views) await events.emit(trx, { type: 'image.created', image });
      return views;
    },
    wake,
    start: () => {
      ticker = every(catchUpEveryMs, async () => wake(), log);
    },
    async stop() {
      ticker?.stop();
      await writing;
    },
    async viewsForJobs(from, jobIds) {
      const views = new Map<string, ImageView[]>(jobIds.map((id) => [id, []]));
      if (jobIds.length === 0) return views;
      const rows = await selectImages(from).where('image.job_id', 'in', [...jobIds]).orderBy('image.ordinal').execute();
      for (const row of rows) if (row.job_id !== null) views.get(row.job_id)?.push(imageView(row));
      return views;
    },
    async findStored(folder, jobId, attempt) {
      const page = await store.list(`${folder}/gen_${jobId}_${attempt}_`, { limit: 64 });
      const keys = page.keys.filter((key) => key.endsWith('.png')).sort();
      const images: StoredImage[] = [];
      let record: GenerationRecord | null = null;
      for (const key of keys) {
        const bytes = await readAll(store, key);
        // A stored file is whole or absent, but not every file is ours: one that does not decode does not count.
        const image = await checkImage(bytes).catch(() => null);
        const parsed = GenerationRecordSchema.safeParse(parseJson(readPngText(bytes).gaze ?? ''));
        if (image === null || !parsed.success) return null;
        record = parsed.data;
        images.push({ key, sha256: sha256Of(bytes), bytes: bytes.length, width: image.width, height: image.height });
      }
      return record === null ? null : { images, record };
    },
    serve: (nc) => [
      serveRpc(nc, catalogRpc.imagesList, (query) => listImages(db, query), { log }),
      serveRpc(nc, catalogRpc.imagesGet, ({ image_id }) => imageDetail(db, image_id), { log }),
      serveRpc(nc, catalogRpc.imagesFlags, flags, { log }),
    ],
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
