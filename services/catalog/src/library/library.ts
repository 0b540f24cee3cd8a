import type { CategoryDeclaration, CategoryName, EntityCard, RescanResult } from '@gaze/contracts';
import { categories, categoryList, catalogRpc, checkpointDefaults } from '@gaze/contracts';
import { buildKeyedMutex, serveRpc } from '@gaze/runtime';
import type { NatsConnection } from '@gaze/runtime';
import { templateDefaults, wardrobe } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import { imageByIdOrThrow } from '../images/views.ts';
import { cardOf } from './cards.ts';
import { setCover } from './covers.ts';
import type { EntityChange } from './detail.ts';
import { changeEntity, entityDetail, listProblems, notThere } from './detail.ts';
import { countsOf, facetsOf, listLibrary } from './list.ts';
import { buildLoader } from './loader.ts';
import type { ScanDeps } from './scan.ts';
import { scanCategory } from './scan.ts';
import type { Template } from './template.ts';
import { readTemplate } from './template.ts';
import { watchFolders } from './watch.ts';

export interface Library {
  /** Scans one category, or all of them. Scans of one category never overlap. */
  scan: (category?: CategoryName) => Promise<RescanResult[]>;
  /** Follows edits from outside until `stop`. */
  watch: () => { stop: () => Promise<void> };
  templateFor: (checkpointData: Record<string, unknown>) => Promise<Template>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

/** The library: entities as the files say, and what people add to them. */
export function buildLibrary(deps: ScanDeps & { defaultCheckpoint: () => Promise<string | null> }): Library {
  const { db, dataDir, events, log } = deps;
  const mutex = buildKeyedMutex();

  const scanOne = (declaration: CategoryDeclaration): Promise<RescanResult> => mutex.run(declaration.name, () => scanCategory(deps, declaration));

  async function scan(category?: CategoryName): Promise<RescanResult[]> {
    const wanted = category === undefined ? categoryList : [categories[category]];
    const results: RescanResult[] = [];
    for (const declaration of wanted) results.push(await scanOne(declaration));
    return results;
  }

  /** A change of the database's own columns, told to everybody who looks. */
  async function change(category: CategoryName, slug: string, what: EntityChange): Promise<EntityCard> {
    const card = await db.transaction().execute(async (trx) => {
      const changed = await changeEntity(trx, category, slug, what);
      await events.emit(trx, { type: 'entity.changed', entity: changed });
      return changed;
    });
    events.wake();
    return card;
  }

  async function cover(category: CategoryName, slug: string, imageId: string | null): Promise<EntityCard> {
    const card = await db.transaction().execute(async (trx) => {
      const image = imageId === null ? null : await imageByIdOrThrow(trx, imageId);
      if (!(await setCover(trx, category, slug, image))) throw notThere(category, slug);
      const changed = await cardOf(trx, category, slug);
      if (changed === null) throw notThere(category, slug);
      await events.emit(trx, { type: 'entity.changed', entity: changed });
      return changed;
    });
    events.wake();
    return card;
  }

  async function outfit(category: CategoryName, slug: string, name: string): Promise<EntityCard> {
    const entity = await buildLoader(db, dataDir).entity(category, slug);
    if (entity === null) throw notThere(category, slug);
    if (!Object.hasOwn(wardrobe(entity.data).outfits, name)) {
      throw new GazeError('not_found', `${entity.name} has no outfit «${name}».`, { field: 'outfit' });
    }
    return change(category, slug, { active_outfit: name });
  }

  const templateFor = (data: Record<string, unknown>): Promise<Template> =>
    readTemplate(dataDir, typeof data.workflow === 'string' && data.workflow !== '' ? data.workflow.replace(/\.json$/, '') : undefined);

  async function generationDefaults(asked: string | undefined) {
    const plain = templateDefaults((await templateFor({})).workflow);
    const wanted = asked ?? (await deps.defaultCheckpoint()) ?? plain.checkpoint;
    const found = await buildLoader(db, dataDir).checkpoint(wanted);
    const data = found?.data ?? { checkpoint_path: wanted, ...checkpointDefaults };
    const template = await templateFor(data);
    return {
      template: { name: template.name, hash: template.hash, ...templateDefaults(template.workflow) },
      checkpoint: { path: found?.id ?? wanted, slug: found?.slug ?? null, name: found?.name ?? wanted, data },
    };
  }

  return {
    scan,
    watch: () =>
      watchFolders(dataDir, categoryList, (declaration) => void scanOne(declaration).catch((error: unknown) => log.error({ err: error, category: declaration.name }, 'a scan failed')), log),
    templateFor,
    serve: (nc) => [
      serveRpc(nc, catalogRpc.libraryList, (query) => listLibrary(db, query), { log }),
      serveRpc(nc, catalogRpc.libraryFacets, ({ category }) => facetsOf(db, category), { log }),
      serveRpc(nc, catalogRpc.libraryCounts, () => countsOf(db), { log }),
      serveRpc(nc, catalogRpc.libraryRescan, async ({ category }) => ({ results: await scan(category) }), { log }),
      serveRpc(nc, catalogRpc.entityGet, ({ category, slug }) => entityDetail(db, category, slug), { log }),
      serveRpc(nc, catalogRpc.entityFavourite, ({ category, slug, favourite }) => change(category, slug, { is_favourite: favourite }), { log }),
      serveRpc(nc, catalogRpc.entityDefaults, ({ category, slug, fields }) => change(category, slug, { default_fields: fields }), { log }),
      serveRpc(nc, catalogRpc.entityState, async ({ category, slug, state }) => {
        await changeEntity(db, category, slug, { page_state: state });
        return state;
      }, { log }),
      serveRpc(nc, catalogRpc.entityOutfit, ({ category, slug, outfit: name }) => outfit(category, slug, name), { log }),
      serveRpc(nc, catalogRpc.entityCover, ({ category, slug, image_id }) => cover(category, slug, image_id), { log }),
      serveRpc(nc, catalogRpc.problemsList, async () => ({ problems: await listProblems(db) }), { log }),
      serveRpc(nc, catalogRpc.presetsList, async () => ({ presets: await listPresets(deps) }), { log }),
      serveRpc(nc, catalogRpc.generationDefaults, ({ checkpoint }) => generationDefaults(checkpoint), { log }),
    ],
  };
}

/** All presets in the shape of the original's API, which knows no pages. */
async function listPresets(deps: ScanDeps): Promise<{ id: string; slug: string; name: string; has_cover: boolean }[]> {
  const rows = await deps.db
    .selectFrom('entity')
    .select(['id', 'slug', 'name', 'cover_key'])
    .where('category', '=', 'presets')
    .where('gone_at', 'is', null)
    .orderBy('is_favourite', 'desc')
    .orderBy('name')
    .limit(5000)
    .execute();
  return rows.map(({ id, slug, name, cover_key }) => ({ id, slug, name, has_cover: cover_key !== null }));
}
