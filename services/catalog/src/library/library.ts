import type { CategoryDeclaration, CategoryName, EntityCard, RescanResult } from '@gaze/contracts';
import { catalogRpc, categories, categoryList } from '@gaze/contracts';
import type { EntityLoader } from '@gaze/domain';
import { wardrobe } from '@gaze/domain';
import type { ObjectStore } from '@gaze/media';
import { GazeError, buildKeyedMutex, every, serveRpc } from '@gaze/runtime';
import type { NatsConnection } from '@gaze/runtime';
import type { Trx } from '../db/connect.ts';
import { imageByIdOrThrow } from '../images/views.ts';
import { cardOf } from './cards.ts';
import { setCover } from './covers.ts';
import type { EntityChange } from './detail.ts';
import { changeEntity, entityDetail, listProblems, notThere } from './detail.ts';
import { countsOf, facetsOf } from './facets.ts';
import { generationChoices } from './generation-choices.ts';
import { generationDefaults } from './generation-defaults.ts';
import { listLibrary } from './list.ts';
import { buildLoader } from './loader.ts';
import { listPresets } from './presets.ts';
import { buildSampleCovers } from './sample-covers.ts';
import { scanCategory } from './scan.ts';
import type { ScanDeps, ScanOptions } from './scan.ts';
import { forgetLongGone } from './scan-store.ts';
import type { Template } from './template.ts';
import { templateOf } from './template.ts';
import { watchFolders } from './watch.ts';

export interface LibraryDeps extends ScanDeps {
  store: ObjectStore;
  defaultCheckpoint: () => Promise<string | null>;
}

export interface Library {
  /** Scans one category, or all of them. Scans of one category never overlap. */
  scan: (category?: CategoryName, options?: ScanOptions) => Promise<RescanResult[]>;
  /** Follows edits from outside, and takes sample covers over. */
  start: () => void;
  stop: () => Promise<void>;
  loader: EntityLoader;
  /** The workflow that a checkpoint renders with. */
  templateFor: (checkpointData: Record<string, unknown>) => Promise<Template>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

/** What the watcher missed, on file systems that tell nothing, is found by a scan that reads stamps only. */
const lookEveryMs = 5 * 60_000;
const forgetEveryMs = 6 * 60 * 60_000;

/** The library: entities as the files say, and what people add to them. */
export function buildLibrary(deps: LibraryDeps): Library {
  const { db, dataDir, events, log } = deps;
  const mutex = buildKeyedMutex();
  const loader = buildLoader(db, dataDir);
  const covers = buildSampleCovers(deps);
  let parts: { stop: () => Promise<void> | void }[] = [];

  const scanOne = (declaration: CategoryDeclaration, options?: ScanOptions): Promise<RescanResult> =>
    mutex.run(declaration.name, () => scanCategory(deps, declaration, options));

  async function scan(category?: CategoryName, options?: ScanOptions): Promise<RescanResult[]> {
    const results: RescanResult[] = [];
    for (const declaration of category === undefined ? categoryList : [categories[category]]) {
      results.push(await scanOne(declaration, options));
    }
    covers.wake();
    return results;
  }

  function noticed(declaration: CategoryDeclaration, named: ReadonlySet<string> | null): void {
    scanOne(declaration, named === null ? {} : { named })
      .then(() => covers.wake())
      .catch((error: unknown) =>
        log.error({ err: error, category: declaration.name }, 'a scan failed; the next one makes up for it'),
      );
  }

  /** A change of the database's own columns, told to everybody who looks. */
  async function told(
    category: CategoryName,
    slug: string,
    change: (trx: Trx) => Promise<void>,
  ): Promise<EntityCard> {
    const card = await db.transaction().execute(async (trx) => {
      await change(trx);
      const changed = await cardOf(trx, category, slug);
      if (changed === null) throw notThere(category, slug);
      await events.emit(trx, { type: 'entity.changed', entity: changed });
      return changed;
    });
    events.wake();
    return card;
  }

  const change = (category: CategoryName, slug: string, what: EntityChange): Promise<EntityCard> =>
    told(category, slug, (trx) => changeEntity(trx, category, slug, what));

  async function cover(category: CategoryName, slug: string, imageId: string | null): Promise<EntityCard> {
    return told(category, slug, async (trx) => {
      const image = imageId === null ? null : await imageByIdOrThrow(trx, imageId);
      if (!(await setCover(trx, category, slug, image))) throw notThere(category, slug);
    });
  }

  async function outfit(category: CategoryName, slug: string, name: string): Promise<EntityCard> {
    const entity = await loader.entity(category, slug);
    if (entity === null) throw notThere(category, slug);
    if (!Object.hasOwn(wardrobe(entity.data).outfits, name)) {
      throw new GazeError('not_found', `${entity.name} has no outfit «${name}».`, { field: 'outfit' });
    }
    return change(category, slug, { active_outfit: name });
  }

  return {
    scan,
    loader,
    templateFor: (data) => templateOf(dataDir, data),
    start() {
      covers.start();
      parts = [
        watchFolders({ dataDir, declarations: categoryList, onChange: noticed, log }),
        every(lookEveryMs, () => scan().then(() => undefined), log),
        every(forgetEveryMs, () => forgetLongGone(db), log),
      ];
    },
    async stop() {
      for (const part of parts) await part.stop();
      await covers.stop();
    },
    serve: (nc) => [
      serveRpc(nc, catalogRpc.libraryList, (query) => listLibrary(db, query), { log }),
      serveRpc(nc, catalogRpc.libraryFacets, ({ category }) => facetsOf(db, category), { log }),
      serveRpc(nc, catalogRpc.libraryCounts, () => countsOf(db), { log }),
      serveRpc(nc, catalogRpc.libraryRescan, async ({ category }) => ({ results: await scan(category) }), {
        log,
      }),
      serveRpc(nc, catalogRpc.entityGet, ({ category, slug }) => entityDetail(db, category, slug), { log }),
      serveRpc(
        nc,
        catalogRpc.entityFavourite,
        ({ category, slug, favourite }) => change(category, slug, { is_favourite: favourite }),
        { log },
      ),
      serveRpc(
        nc,
        catalogRpc.entityDefaults,
        ({ category, slug, fields }) => change(category, slug, { default_fields: fields }),
        { log },
      ),
      serveRpc(
        nc,
        catalogRpc.entityState,
        async ({ category, slug, state }) => {
          await changeEntity(db, category, slug, { page_state: state });
          return state;
        },
        { log },
      ),
      serveRpc(
        nc,
        catalogRpc.entityOutfit,
        ({ category, slug, outfit: name }) => outfit(category, slug, name),
        { log },
      ),
      serveRpc(
        nc,
        catalogRpc.entityCover,
        ({ category, slug, image_id }) => cover(category, slug, image_id),
        { log },
      ),
      serveRpc(nc, catalogRpc.problemsList, async () => ({ problems: await listProblems(db) }), { log }),
      serveRpc(nc, catalogRpc.presetsList, async () => ({ presets: await listPresets(db) }), { log }),
      serveRpc(
        nc,
        catalogRpc.generationDefaults,
        ({ checkpoint }) => generationDefaults({ ...deps, loader }, checkpoint),
        { log },
      ),
      serveRpc(nc, catalogRpc.generationChoices, () => generationChoices(deps), { log }),
    ],
  };
}
