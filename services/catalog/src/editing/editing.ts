import type { CategoryName, EntityDetail, EntityWritten } from '@gaze/contracts';
import { editingRpc } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { every, serveRpc, sleep } from '@gaze/runtime';
import type { NatsConnection, RpcServer } from '@gaze/runtime';
import type { Images } from '../images/images.ts';
import { cardOf } from '../library/cards.ts';
import { changeEntity as changeRow, entityDetail, notThere } from '../library/detail.ts';
import type { Keeping } from '../settings/settings.ts';
import { adoptTrash } from './adopt-trash.ts';
import { changeMany } from './bulk.ts';
import { clearCovers, sweepStaging, uploadCover } from './covers.ts';
import { cloneEntity, createEntity } from './create.ts';
import { deleteEntity, purgeOldTrash, purgeTrash, restoreEntity } from './delete.ts';
import type { WriteDeps } from './deps.ts';
import { editEntity } from './edit.ts';
import { migrateTags } from './migrate-tags.ts';
import { setNsfw } from './nsfw.ts';
import { keepRevisionDays, pruneRevisions } from './prune.ts';
import { rawText } from './raw-text.ts';
import { renameEntity } from './rename.ts';
import { buildRenames } from './renames.ts';
import { listRevisions, revertEntity, revisionDetail } from './revisions.ts';
import { transferTo } from './transfer.ts';
import { listTrash } from './trash-store.ts';
import { addOutfit, deleteOutfit, renameOutfit, saveOutfit } from './wardrobe.ts';

export interface EditingDeps extends WriteDeps {
  store: ObjectStore;
  images: Pick<Images, 'wake'>;
  keeping: () => Promise<Pick<Keeping, 'revisions' | 'trashDays'>>;
}

export interface Editing {
  /** Goes on with what a restart cut off, and keeps house. */
  start: () => void;
  stop: () => Promise<void>;
  serve: (nc: NatsConnection) => RpcServer[];
}

/** How long the answer to a rename waits for references and pictures. */
const renameWaitMs = 5000;
const sweepEveryMs = 60 * 60_000;
const pruneEveryMs = 6 * 60 * 60_000;

/** All that changes entities' files. The files are the truth: every change goes through them into the rows. */
export function buildEditing(deps: EditingDeps): Editing {
  const { db, events, store, images, log } = deps;
  const renames = buildRenames(deps);
  const covers = { db, store, events, imagesChanged: () => images.wake() };
  let tickers: { stop: () => void }[] = [];

  const detail = (category: CategoryName, slug: string): Promise<EntityDetail> =>
    entityDetail(db, category, slug);
  const written = async (category: CategoryName, slug: string, merged = false): Promise<EntityWritten> => ({
    entity: await detail(category, slug),
    merged,
  });
  const card = async (category: CategoryName, slug: string) => {
    const found = await cardOf(db, category, slug);
    if (found === null) throw notThere(category, slug);
    return found;
  };

  async function setFavourite(category: CategoryName, slug: string, favourite: boolean): Promise<void> {
    await db.transaction().execute(async (trx) => {
      await changeRow(trx, category, slug, { is_favourite: favourite });
      const entity = await cardOf(trx, category, slug);
      if (entity !== null) await events.emit(trx, { type: 'entity.changed', entity });
    });
    events.wake();
  }

  const rpc = editingRpc;
  const files = (nc: NatsConnection): RpcServer[] => [
    serveRpc(nc, rpc.entityText, ({ category, slug }) => rawText(deps, category, slug), { log }),
    serveRpc(
      nc,
      rpc.entityEdit,
      async (edit) => {
        const { merged } = await editEntity(deps, edit);
        return written(edit.category, edit.slug, merged);
      },
      { log },
    ),
    serveRpc(
      nc,
      rpc.entityCreate,
      async (wanted) => written(wanted.category, await createEntity(deps, wanted)),
      { log },
    ),
    serveRpc(
      nc,
      rpc.entityClone,
      async (wanted) => written(wanted.category, await cloneEntity(deps, wanted)),
      { log },
    ),
    serveRpc(
      nc,
      rpc.entityRename,
      async (request) => {
        const slug = await renameEntity(deps, request);
        // Thousands of pictures go on moving after the answer.
        await atMost(renameWaitMs, renames.run());
        return written(request.category, slug);
      },
      { log },
    ),
    serveRpc(nc, rpc.entityDelete, async (request) => ({ trash_id: await deleteEntity(deps, request) }), {
      log,
    }),
    serveRpc(
      nc,
      rpc.entityNsfw,
      async (request) => {
        await setNsfw(deps, request);
        return card(request.category, request.slug);
      },
      { log },
    ),
    serveRpc(
      nc,
      rpc.entityTransfer,
      async (request) => {
        const { slug, leftOut, trashId } = await transferTo(deps, request);
        return { entity: await detail(request.to, slug), left_out: leftOut, trash_id: trashId };
      },
      { log },
    ),
    serveRpc(nc, rpc.bulk, (request) => changeMany({ ...deps, setFavourite }, request), { log }),
    serveRpc(nc, rpc.migrateTags, (request) => migrateTags(deps, request), { log }),
  ];

  const history = (nc: NatsConnection): RpcServer[] => [
    serveRpc(nc, rpc.revisionsList, (query) => listRevisions(db, query), { log }),
    serveRpc(nc, rpc.revisionsGet, (which) => revisionDetail(db, which), { log }),
    serveRpc(
      nc,
      rpc.revisionsRevert,
      async (request) => {
        await revertEntity(deps, request);
        return written(request.category, request.slug);
      },
      { log },
    ),
    serveRpc(nc, rpc.trashList, (query) => listTrash(db, query), { log }),
    serveRpc(
      nc,
      rpc.trashRestore,
      async ({ id, by }) => {
        const { category, slug } = await restoreEntity(deps, id, by);
        return written(category, slug);
      },
      { log },
    ),
    serveRpc(
      nc,
      rpc.trashPurge,
      async ({ id }) => {
        await purgeTrash(deps, id);
        return {};
      },
      { log },
    ),
  ];

  const outfits = (nc: NatsConnection): RpcServer[] => {
    const change =
      <T extends { category: CategoryName; slug: string }>(
        work: (deps: WriteDeps, request: T) => Promise<void>,
      ) =>
      async (request: T): Promise<EntityWritten> => {
        await work(deps, request);
        return written(request.category, request.slug);
      };
    return [
      serveRpc(nc, rpc.outfitAdd, change(addOutfit), { log }),
      serveRpc(nc, rpc.outfitRename, change(renameOutfit), { log }),
      serveRpc(nc, rpc.outfitDelete, change(deleteOutfit), { log }),
      serveRpc(nc, rpc.outfitSave, async (request) => written('outfits', await saveOutfit(deps, request)), {
        log,
      }),
    ];
  };

  const pictures = (nc: NatsConnection): RpcServer[] => [
    serveRpc(
      nc,
      rpc.coverUpload,
      async (request) => {
        await uploadCover(covers, request);
        return card(request.category, request.slug);
      },
      { log },
    ),
    serveRpc(
      nc,
      rpc.coversClear,
      async ({ category }) => ({ cleared: await clearCovers(covers, category) }),
      { log },
    ),
  ];

  return {
    start() {
      adoptTrash(deps).catch((error: unknown) =>
        log.warn({ err: error }, 'the trash could not be looked through'),
      );
      renames.start();
      tickers = [
        every(sweepEveryMs, () => sweepStaging(store, Date.now()), log),
        every(pruneEveryMs, () => pruneAll(deps), log),
      ];
    },
    async stop() {
      for (const ticker of tickers) ticker.stop();
      await renames.stop();
    },
    serve: (nc) => [...files(nc), ...history(nc), ...outfits(nc), ...pictures(nc)],
  };
}

/** Waits for some work, but no longer than this; the work goes on. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work.finally(() => done.abort()), sleep(ms, done.signal).catch(() => undefined)]);
}

/** Forgets what nobody can need any more: old changes, and the trash where somebody chose that it empties itself. */
async function pruneAll(deps: EditingDeps): Promise<void> {
  const { revisions, trashDays } = await deps.keeping();
  while ((await pruneRevisions(deps.db, { newest: revisions, days: keepRevisionDays })) > 0);
  if (trashDays !== null) await purgeOldTrash(deps, trashDays);
}
