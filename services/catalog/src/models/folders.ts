import { ModelFoldersBody, categoryList } from '@gaze/contracts';
import type { CategoryName, ModelKind } from '@gaze/contracts';
import type { z } from 'zod';
import type { Db } from '../db/connect.ts';
import type { ModelRoots } from '../editing/deps.ts';
import { readSetting, writeSetting } from '../settings/store.ts';
import { checkRoot } from './check-root.ts';
import { leaveRoot } from './scan.ts';

/** Where each category's LoRAs lie below the folder of LoRAs, each ending in `/`. */
export type LoraFolders = ReadonlyMap<CategoryName, readonly string[]>;

const Chosen = ModelFoldersBody.required().partial();
type Chosen = z.infer<typeof Chosen>;

export const modelKinds = ['lora', 'checkpoint'] as const;
const settingKey = 'model_folders';
const variables: Readonly<Record<ModelKind, string>> = { lora: 'LORA_ROOT', checkpoint: 'CHECKPOINT_ROOT' };

export interface ModelFolderSettings {
  /** Reads what was chosen; before it only the environment counts. */
  load: () => Promise<void>;
  /** Where model files lie now: the environment's word, else what was chosen. Always asked, never kept. */
  roots: ModelRoots;
  originOf: (kind: ModelKind) => 'environment' | 'settings' | null;
  loraFolders: () => LoraFolders;
  checkpointFolders: () => readonly string[];
  /** Whether a file below a root is looked at. */
  counts: (kind: ModelKind, name: string) => boolean;
  /** @throws GazeError invalid_input for a folder that cannot be used, conflict for one that the environment fixes */
  change: (given: ModelFoldersBody) => Promise<void>;
}

/** Where the declarations of the categories say. */
export const usualLoraFolders: LoraFolders = new Map(
  categoryList.flatMap(({ name, loraFolder }) => (loraFolder === null ? [] : [[name, [loraFolder]]])),
);

const withSlash = (folder: string): string => `${folder.replace(/\/+$/, '')}/`;

/** The folders of model files: what a deployment fixes, and what people choose beside it. */
export function buildModelFolders(deps: {
  db: Db;
  fixed: ModelRoots;
  /** Folders of GAZE's own, which hold no models. */
  own: readonly string[];
}): ModelFolderSettings {
  const { db, fixed } = deps;
  let chosen: Chosen = {};
  const chosenRoot = (kind: ModelKind): string | undefined =>
    (kind === 'lora' ? chosen.lora_root : chosen.checkpoint_root) ?? undefined;
  const rootOf = (kind: ModelKind): string | undefined => fixed[kind] ?? chosenRoot(kind);

  const roots: ModelRoots = {
    get lora() {
      return rootOf('lora');
    },
    get checkpoint() {
      return rootOf('checkpoint');
    },
  };

  function loraFolders(): LoraFolders {
    const own = Object.entries(chosen.lora_folders ?? {}).filter(([, folders]) => folders.length > 0);
    return new Map([
      ...usualLoraFolders,
      ...own.map(([name, folders]) => [name as CategoryName, folders.map(withSlash)] as const),
    ]);
  }
  const checkpointFolders = (): readonly string[] => (chosen.checkpoint_folders ?? []).map(withSlash);

  return {
    roots,
    loraFolders,
    checkpointFolders,
    async load() {
      const stored = Chosen.safeParse((await readSetting(db, settingKey)) ?? {});
      chosen = stored.success ? stored.data : {};
    },
    originOf(kind) {
      if (fixed[kind] !== undefined) return 'environment';
      return chosenRoot(kind) === undefined ? null : 'settings';
    },
    counts(kind, name) {
      const folders = kind === 'checkpoint' ? checkpointFolders() : [];
      return folders.length === 0 || folders.some((folder) => name.startsWith(folder));
    },
    async change(given) {
      const moved: ModelKind[] = [];
      for (const kind of modelKinds) {
        const root = kind === 'lora' ? given.lora_root : given.checkpoint_root;
        if (root === undefined || (root ?? undefined) === chosenRoot(kind)) continue;
        await checkRoot({ kind, root, fixed: fixed[kind], variable: variables[kind], own: deps.own });
        moved.push(kind);
      }
      const next: Chosen = {
        ...chosen,
        ...given,
        lora_folders: { ...chosen.lora_folders, ...given.lora_folders },
      };
      await db.transaction().execute(async (trx) => {
        await writeSetting(trx, settingKey, next);
        for (const kind of moved) await leaveRoot(trx, kind);
      });
      chosen = next;
    },
  };
}
