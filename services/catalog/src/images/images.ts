import type { CategoryName, GenerationRecord, ImageDetail, ImageView, StoredImage } from '@gaze/contracts';
import { catalogRpc } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { every, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db, DbOrTrx, Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { singleFlight } from '../single-flight.ts';
import { changeFlags } from './flags.ts';
import type { FlagChange } from './flags.ts';
import { listImages } from './list.ts';
import { writeDueSidecars } from './sidecars.ts';
import { findStored } from './stored.ts';
import type { StoredAttempt } from './stored.ts';
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
  findStored: (folder: string, jobId: string, attempt: number) => Promise<StoredAttempt | null>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

const catchUpEveryMs = 5000;

export function buildImages(deps: { db: Db; store: ObjectStore; events: Events; log: Log }): Images {
  const { db, store, events, log } = deps;
  let ticker: { stop: () => void } | null = null;
  const writing = singleFlight(
    () => writeDueSidecars(deps),
    (error) => log.warn({ err: error }, 'sidecars could not be written; they are tried again'),
  );

  async function flags(change: FlagChange): Promise<ImageDetail> {
    const detail = await db.transaction().execute((trx) => changeFlags(trx, events, change));
    events.wake();
    writing.wake();
    return detail;
  }

  return {
    async insertFromCompletion(trx, job, images) {
      const ids = images.map((_image, ordinal) => `${job.jobId}-${job.attempt}-${ordinal}`);
      await trx
        .insertInto('image')
        .values(
          images.map(({ key, sha256, bytes, width, height }, ordinal) => ({
            id: ids[ordinal] ?? '',
            ...{ key, sha256, bytes, width, height },
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
    wake: writing.wake,
    start() {
      writing.wake();
      ticker = every(catchUpEveryMs, writing.tick, log);
    },
    async stop() {
      ticker?.stop();
      await writing.stop();
    },
    async viewsForJobs(from, jobIds) {
      const views = new Map<string, ImageView[]>(jobIds.map((id) => [id, []]));
      if (jobIds.length === 0) return views;
      const rows = await selectImages(from)
        .where('image.job_id', 'in', [...jobIds])
        .orderBy('image.ordinal')
        .execute();
      for (const row of rows) if (row.job_id !== null) views.get(row.job_id)?.push(imageView(row));
      return views;
    },
    findStored: (folder, jobId, attempt) => findStored(store, folder, jobId, attempt),
    serve: (nc) => [
      serveRpc(nc, catalogRpc.imagesList, (query) => listImages(db, query), { log }),
      serveRpc(nc, catalogRpc.imagesGet, ({ image_id }) => imageDetail(db, image_id), { log }),
      serveRpc(nc, catalogRpc.imagesFlags, flags, { log }),
    ],
  };
}
