import { catalogRpc, galleryRpc } from '@gaze/contracts';
import type {
  CategoryName,
  GalleryRescan,
  GenerationRecord,
  ImageDetail,
  ImageView,
  StoredImage,
} from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { buildKeyedMutex, every, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db, DbOrTrx, Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { singleFlight } from '../single-flight.ts';
import { buildBackground } from './background.ts';
import { imageBuckets } from './buckets.ts';
import { eachImage } from './bulk.ts';
import { changeFlags } from './flags.ts';
import type { FlagChange } from './flags.ts';
import { imagesByIds, listImages } from './list.ts';
import { rescanImages } from './rescan.ts';
import { insertImages } from './rows.ts';
import { writeDueSidecars } from './sidecars.ts';
import { findStored } from './stored.ts';
import type { StoredAttempt } from './stored.ts';
import { buildThumbBackfill } from './thumbs.ts';
import {
  finishMoves,
  listTrashedImages,
  purgeImage,
  purgeOldImages,
  restoreImage,
  trashImage,
} from './trash.ts';
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
  /** Brings the index to what lies in the store. One at a time; who asks meanwhile gets the same answer. */
  rescan: () => Promise<GalleryRescan>;
  start: () => void;
  stop: () => Promise<void>;
  viewsForJobs: (db: DbOrTrx, jobIds: readonly string[]) => Promise<Map<string, ImageView[]>>;
  /** Complete pictures that an attempt stored before it could say so; null where there are none. */
  findStored: (folder: string, jobId: string, attempt: number) => Promise<StoredAttempt | null>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

const catchUpEveryMs = 5000;
const purgeAtOnce = 200;
const pruneEveryMs = 6 * 60 * 60_000;

export interface ImagesDeps {
  db: Db;
  store: ObjectStore;
  events: Events;
  /** Days after which the trash empties itself; null or absent: never. */
  keepTrashDays?: () => Promise<number | null>;
  log: Log;
}

export function buildImages(deps: ImagesDeps): Images {
  const { db, store, events, log } = deps;
  const mutex = buildKeyedMutex();
  const alone = <T>(work: () => Promise<T>): Promise<T> => mutex.run('files', work);
  const thumbs = buildThumbBackfill(deps);
  const stopping = new AbortController();
  let tickers: { stop: () => void }[] = [];
  const writing = singleFlight(
    async () => {
      await writeDueSidecars(deps);
      await alone(() => finishMoves(deps));
    },
    (error) => log.warn({ err: error }, 'sidecars could not be written; they are tried again'),
  );

  let rescanning: Promise<GalleryRescan> | null = null;
  function rescan(): Promise<GalleryRescan> {
    rescanning ??= rescanImages({ ...deps, alone, signal: stopping.signal }).finally(() => {
      rescanning = null;
      background.wakeThumbs();
    });
    return rescanning;
  }
  const background = buildBackground({ ...deps, thumbs, rescan, signal: stopping.signal });

  async function flags(change: FlagChange): Promise<ImageDetail> {
    const detail = await db.transaction().execute((trx) => changeFlags(trx, events, change));
    events.wake();
    writing.wake();
    return detail;
  }

  async function restore(id: string): Promise<ImageView> {
    const view = await alone(() => restoreImage(deps, id));
    writing.wake();
    return view;
  }

  async function emptyTrash(): Promise<{ purged: number; left: number }> {
    const { items } = await listTrashedImages(db, { limit: purgeAtOnce });
    const results = await eachImage(
      items.map(({ id }) => id),
      log,
      (id) => alone(() => purgeImage(deps, id)),
    );
    const left = await db
      .selectFrom('image_hidden')
      .select(sql<number>`count(*)::int`.as('n'))
      .where('reason', '=', 'trash')
      .executeTakeFirstOrThrow();
    return { purged: results.filter(({ problem }) => problem === null).length, left: left.n };
  }

  async function prune(): Promise<void> {
    const days = (await deps.keepTrashDays?.()) ?? null;
    while (days !== null && (await alone(() => purgeOldImages(deps, days, purgeAtOnce))) === purgeAtOnce);
  }

  return {
    async insertFromCompletion(trx, job, images) {
      const ids = await insertImages(
        trx,
        images.map((image, ordinal) => ({
          ...image,
          id: `${job.jobId}-${job.attempt}-${ordinal}`,
          owner: job.owner,
          jobId: job.jobId,
          attempt: job.attempt,
          ordinal,
          isFavourite: false,
          isNsfw: job.isNsfw,
          rating: null,
          record: job.record,
          metadata: null,
          sidecarWritten: false,
          fileEtag: null,
          sidecarEtag: null,
        })),
      );
      if (ids.length === 0) return [];
      const rows = await selectImages(trx).where('image.id', 'in', ids).orderBy('image.ordinal').execute();
      const views = rows.map(imageView);
      for (const image of views) await events.emit(trx, { type: 'image.created', image });
      return views;
    },
    wake: writing.wake,
    rescan,
    start() {
      writing.wake();
      tickers = [every(catchUpEveryMs, writing.tick, log), every(pruneEveryMs, prune, log)];
      background.start();
    },
    async stop() {
      for (const ticker of tickers) ticker.stop();
      stopping.abort(new Error('the catalog stops'));
      await background.stop();
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
    serve(nc) {
      const asked = <I, O>(handler: (input: I) => Promise<O>) => {
        return (input: I): Promise<O> => {
          thumbs.noteAsked();
          return handler(input);
        };
      };
      const each = (work: (id: string) => Promise<ImageView | null>) =>
        asked(async ({ ids }: { ids: string[] }) => ({ results: await eachImage(ids, log, work) }));
      return [
        serveRpc(
          nc,
          catalogRpc.imagesList,
          asked((query) => listImages(db, query)),
          { log },
        ),
        serveRpc(
          nc,
          catalogRpc.imagesGet,
          asked(({ image_id }) => imageDetail(db, image_id)),
          { log },
        ),
        serveRpc(nc, catalogRpc.imagesFlags, asked(flags), { log }),
        serveRpc(
          nc,
          galleryRpc.buckets,
          asked((query) => imageBuckets(db, query)),
          { log },
        ),
        serveRpc(
          nc,
          galleryRpc.some,
          asked(async ({ ids }) => ({ images: await imagesByIds(db, ids) })),
          { log },
        ),
        serveRpc(
          nc,
          galleryRpc.flags,
          asked(async ({ ids, ...change }) => ({
            results: await eachImage(ids, log, async (id) => {
              const {
                generation: _generation,
                metadata: _metadata,
                ...image
              } = await flags({ image_id: id, ...change });
              return image;
            }),
          })),
          { log },
        ),
        serveRpc(
          nc,
          galleryRpc.trash,
          each((id) => alone(() => trashImage(deps, id))),
          { log },
        ),
        serveRpc(nc, galleryRpc.restore, each(restore), { log }),
        serveRpc(
          nc,
          galleryRpc.purge,
          each((id) => alone(() => purgeImage(deps, id))),
          { log },
        ),
        serveRpc(nc, galleryRpc.emptyTrash, asked(emptyTrash), { log }),
        serveRpc(
          nc,
          galleryRpc.trashed,
          asked((query) => listTrashedImages(db, query)),
          { log },
        ),
        serveRpc(nc, galleryRpc.rescan, rescan, { log }),
      ];
    },
  };
}
