import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { rpc } from './rpc.ts';

export const ModelKind = z.enum(['lora', 'checkpoint']);
export type ModelKind = z.infer<typeof ModelKind>;

/** An entity that uses a model file. */
const User = z.object({ category: CategoryName, slug: z.string(), name: z.string() });

export const ModelFileView = z
  .object({
    kind: ModelKind,
    /** Path below ComfyUI's folder of that kind, with `/`. */
    name: z.string(),
    /** Categories whose LoRA folder it lies in; `checkpoints` for a checkpoint. */
    categories: z.array(CategoryName),
    /** On this machine, below LORA_ROOT or CHECKPOINT_ROOT. */
    is_here: z.boolean(),
    /** Names of the hosts that have it. */
    hosts: z.array(z.string()),
    /** Neither here nor on any host: an entity names a file that is gone. */
    is_missing: z.boolean(),
    /** Where the same file lies now, found by its hash; null: it was not renamed, or nobody knows. */
    renamed_to: z.string().nullable(),
    bytes: z.number().int().nullable(),
    modified_at: z.string().nullable(),
    title: z.string().nullable(),
    base_model: z.string().nullable(),
    /** Of the training, such as `1024x1024`. */
    resolution: z.string().nullable(),
    triggers: z.array(z.string()),
    /** Training tags, most frequent first. */
    tags: z.array(z.object({ tag: z.string(), count: z.number().int() })),
    /** What its author says of it, from its header. */
    notes: z.string().nullable().default(null),
    /** Null until it was read in the background. */
    sha256: z.string().nullable(),
    /** Why its header could not be read. */
    problem: z.string().nullable(),
    /** Entities that use it, and the first of them. */
    used_by: z.number().int(),
    users: z.array(User),
    /** Pictures that were made with it, up to a thousand. */
    images: z.number().int(),
    /** What a checkpoint without an entry renders with. */
    defaults: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'ModelFile' });
export type ModelFileView = z.infer<typeof ModelFileView>;

/** Where the knowledge of one kind comes from. */
export const ModelSource = z
  .object({
    kind: ModelKind,
    /** Whether a folder on this machine is read. */
    is_scanned: z.boolean(),
    files: z.number().int(),
    /** A sentence: what is read, or what to set so that it is. */
    says: z.string(),
    scanned_at: z.string().nullable(),
    /** Files that still wait for their hash. */
    unhashed: z.number().int(),
  })
  .meta({ id: 'ModelSource' });
export type ModelSource = z.infer<typeof ModelSource>;

export const ModelScanResult = z
  .object({
    kind: ModelKind,
    is_scanned: z.boolean(),
    files: z.number().int(),
    added: z.number().int(),
    changed: z.number().int(),
    renamed: z.number().int(),
    removed: z.number().int(),
    problems: z.number().int(),
    warning: z.string().nullable(),
  })
  .meta({ id: 'ModelScanResult' });
export type ModelScanResult = z.infer<typeof ModelScanResult>;

/** `orphans`: files that no entity uses, checkpoints without an entry among them. `missing`: named, but nowhere. */
export const ModelFilter = z.enum(['all', 'used', 'orphans', 'missing']);

const filters = {
  kind: ModelKind,
  category: CategoryName.optional(),
  filter: ModelFilter.default('all'),
  q: z.string().max(200).optional(),
  cursor: z.string().max(2000).optional(),
};

export const ModelsQuerystring = z.object({
  ...filters,
  limit: z.coerce.number().int().min(1).max(200).default(60),
});
export const ModelQuery = z.object({ ...filters, limit: z.number().int().min(1).max(200).default(60) });
export type ModelQuery = z.infer<typeof ModelQuery>;

export const ModelFileQuerystring = z.object({ kind: ModelKind, name: z.string().min(1).max(1000) });

export const ModelPage = z
  .object({
    items: z.array(ModelFileView),
    next_cursor: z.string().nullable(),
    source: ModelSource,
  })
  .meta({ id: 'ModelPage' });
export type ModelPage = z.infer<typeof ModelPage>;

export const ModelsRescanned = z
  .object({ results: z.array(ModelScanResult) })
  .meta({ id: 'ModelsRescanned' });
export type ModelsRescanned = z.infer<typeof ModelsRescanned>;

/** A path below a folder of model files, with `/`. */
const SubFolder = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^[^/\\\0][^\\\0]*$/, 'must be a path below the folder, written with /')
  .refine((path) => !path.split('/').includes('..'), { error: 'must not lead out of the folder' });
const Root = z.string().trim().min(1).max(1000).nullable();

export const ModelFoldersBody = z
  .strictObject({
    /** ComfyUI's `loras` folder on this machine; null: GAZE reads none. */
    lora_root: Root.optional(),
    checkpoint_root: Root.optional(),
    /** Where each category's LoRAs lie below it; an empty list: where its declaration says. */
    lora_folders: z.partialRecord(CategoryName, z.array(SubFolder).max(20)).optional(),
    /** Folders of checkpoints that count; empty: all of them. */
    checkpoint_folders: z.array(SubFolder).max(50).optional(),
  })
  .meta({ id: 'ModelFoldersChange' });
export type ModelFoldersBody = z.infer<typeof ModelFoldersBody>;

export const ModelRootView = z.object({
  kind: ModelKind,
  path: z.string().nullable(),
  /** `environment`: fixed by LORA_ROOT or CHECKPOINT_ROOT. */
  origin: z.enum(['environment', 'settings']).nullable(),
  /** Why it cannot be read, as a sentence. */
  problem: z.string().nullable(),
  files: z.number().int(),
  /** Files that no entry uses. */
  orphans: z.number().int(),
  /** Files that an entry names and nobody has. */
  missing: z.number().int(),
  scanned_at: z.string().nullable(),
});
export type ModelRootView = z.infer<typeof ModelRootView>;

export const ModelFolders = z
  .object({
    roots: z.array(ModelRootView),
    lora_folders: z.array(
      z.object({
        category: CategoryName,
        folders: z.array(z.string()),
        /** As its declaration says. */
        is_usual: z.boolean(),
        files: z.number().int(),
      }),
    ),
    checkpoint_folders: z.array(z.string()),
  })
  .meta({ id: 'ModelFolders' });
export type ModelFolders = z.infer<typeof ModelFolders>;

export const modelsRpc = {
  folders: rpc('models.folders', z.object({}), ModelFolders, 10),
  setFolders: rpc('models.set_folders', ModelFoldersBody, ModelFolders, 10),
  list: rpc('models.list', ModelQuery, ModelPage, 10),
  get: rpc('models.get', z.object({ kind: ModelKind, name: z.string() }), ModelFileView),
  rescan: rpc('models.rescan', z.object({}), ModelsRescanned, 300),
} as const;
