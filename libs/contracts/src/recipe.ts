import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';

/** Letters, digits and underscores: the only characters of a slug. */
export const Slug = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[a-zA-Z0-9_]+$/, 'must hold only letters, digits and underscores');

/** Asks for a draw among the category's entities. */
export const RANDOM = '__random__';

export const EntityRef = z.strictObject({ category: CategoryName, slug: Slug }).meta({ id: 'EntityRef' });
export type EntityRef = z.infer<typeof EntityRef>;

const PartRequest = z
  .strictObject({
    slug: z.union([Slug, z.literal(RANDOM)]),
    /** `section::key` addresses; absent or empty: the entity's saved defaults, else all that it has. */
    fields: z.array(z.string().max(100)).max(200).optional(),
    use_lora: z.boolean().optional(),
    weight: z.number().min(-10).max(10).optional(),
  })
  .meta({ id: 'PartRequest' });
export type PartRequest = z.infer<typeof PartRequest>;

const parts = z.array(PartRequest).max(50).optional();

/** Integers that JavaScript holds exactly; ComfyUI takes up to 2^64-1, but such a seed would lose digits here. */
export const Seed = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const Side = z.number().int().min(64).max(8192).multipleOf(8);
const ExtraPrompt = z.string().max(20_000);
export const DetailSwitch = z.enum(['on', 'off', 'auto']);
export type DetailSwitch = z.infer<typeof DetailSwitch>;

/** What is asked for, by reference. Nothing in it is drawn or resolved yet. */
export const Recipe = z
  .strictObject({
    owner: EntityRef.nullable().default(null),
    parts: z
      .strictObject({
        characters: parts,
        looks: parts,
        outfits: parts,
        actions: parts,
        scenes: parts,
        styles: parts,
        detailers: parts,
      })
      .default({}),
    /** A preset whose parts stand in for those that the recipe does not name itself. */
    preset: Slug.optional(),
    outfit_name: z.string().max(200).optional(),
    /** Checkpoint path or slug. */
    checkpoint: z.string().max(500).optional(),
    stackLoras: z.boolean().default(false),
    background: z.boolean().optional(),
    faceDetail: DetailSwitch.default('auto'),
    handDetail: DetailSwitch.default('auto'),
    extra_positive: ExtraPrompt.default(''),
    extra_negative: ExtraPrompt.default(''),
    seed: Seed.optional(),
    width: Side.optional(),
    height: Side.optional(),
    cover: z.enum(['keep', 'replace']).default('keep'),
    nsfw: z.enum(['sfw', 'nsfw', 'all']).default('all'),
    /** Id of the sweep that the picture belongs to: it is kept beside the owner's other pictures of that sweep. */
    sweep: z
      .string()
      .regex(/^[0-9a-z-]{8,40}$/)
      .optional(),
  })
  .meta({ id: 'Recipe', description: 'What to render, by reference to entities.' });
export type Recipe = z.infer<typeof Recipe>;
export type RecipeInput = z.input<typeof Recipe>;

export const EntityData = z.record(z.string(), z.unknown());
export type EntityData = z.infer<typeof EntityData>;

export const SnapshotLora = z.object({
  /** Path relative to ComfyUI's `loras` folder, with `/`. */
  name: z.string(),
  weight: z.number(),
  /** Strength for the text encoder where it differs from `weight`. */
  clip_weight: z.number().optional(),
  /** The entity's triggers, empty where the field is not selected. */
  triggers: z.string(),
});
export type SnapshotLora = z.infer<typeof SnapshotLora>;

export const SnapshotPart = z.object({
  category: CategoryName,
  slug: z.string(),
  name: z.string(),
  /** SHA-256 of the file's bytes, the ETag of that revision. */
  revision: z.string(),
  /** The entity's JSON with wildcards resolved to plain text. */
  data: EntityData,
  /** Resolved `section::key` addresses in canonical order. */
  fields: z.array(z.string()),
  lora: SnapshotLora.nullable(),
});
export type SnapshotPart = z.infer<typeof SnapshotPart>;

export const SnapshotCheckpoint = z.object({
  path: z.string(),
  slug: z.string().nullable(),
  name: z.string(),
  revision: z.string().nullable(),
  data: EntityData,
});
export type SnapshotCheckpoint = z.infer<typeof SnapshotCheckpoint>;

/** A recipe with every reference resolved, every draw made and the seed fixed: the same snapshot renders the same picture. */
export const Snapshot = z.object({
  schema: z.literal(1),
  recipe: Recipe,
  owner: EntityRef.nullable(),
  parts: z.array(SnapshotPart),
  /** Name of the character's outfit whose wardrobe counts; null without a character or where an outfit takes its place. */
  active_outfit: z.string().nullable(),
  checkpoint: SnapshotCheckpoint,
  template: z.object({ name: z.string(), hash: z.string() }),
  seed: Seed,
  width: z.number().int(),
  height: z.number().int(),
  stack_loras: z.boolean(),
  background: z.boolean(),
  face_detail: DetailSwitch,
  hand_detail: DetailSwitch,
  /** The preset's first, then the request's. */
  extra_positive: z.string(),
  extra_negative: z.string(),
  cover: z.enum(['keep', 'replace']),
  is_nsfw: z.boolean(),
  /** Sentences about what was left out or drawn differently than asked. */
  notes: z.array(z.string()),
});
export type Snapshot = z.infer<typeof Snapshot>;

export const Prompts = z
  .object({ main: z.string(), face: z.string(), hand: z.string(), negative: z.string() })
  .meta({ id: 'Prompts' });
export type Prompts = z.infer<typeof Prompts>;

/** ComfyUI's API format: node id → class and inputs; an input that is `[id, slot]` is a link. */
export const WorkflowNode = z.object({
  class_type: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  _meta: z.object({ title: z.string() }).optional(),
});
export type WorkflowNode = z.infer<typeof WorkflowNode>;
export const Workflow = z.record(z.string(), WorkflowNode);
export type Workflow = z.infer<typeof Workflow>;

/** What a host can do, as its `/object_info` says. Names are the host's own spelling. */
export const HostCapabilities = z.object({
  host_name: z.string(),
  classes: z.array(z.string()),
  checkpoints: z.array(z.string()),
  loras: z.array(z.string()),
  vaes: z.array(z.string()),
  samplers: z.array(z.string()),
  schedulers: z.array(z.string()),
  detailer_schedulers: z.array(z.string()),
  bbox_models: z.array(z.string()),
});
export type HostCapabilities = z.infer<typeof HostCapabilities>;
