import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { ImageView } from './image.ts';
import { DetailSwitch, EntityData } from './recipe.ts';

export const CoverView = z.object({
  /** `own`: chosen as cover; `fallback`: a random picture of its own, shown at half strength. */
  kind: z.enum(['own', 'fallback']),
  url: z.string(),
  thumb_url: z.string(),
});
export type CoverView = z.infer<typeof CoverView>;

export const EntityCard = z
  .object({
    category: CategoryName,
    slug: z.string(),
    id: z.string(),
    name: z.string(),
    subtitle: z.string(),
    is_favourite: z.boolean(),
    is_nsfw: z.boolean(),
    cover: CoverView.nullable(),
    lora: z
      .object({
        name: z.string(),
        weight: z.number(),
        /** No host and no folder of this machine has the file. Absent: it is there, or nobody has told yet. */
        is_missing: z.literal(true).optional(),
      })
      .nullable(),
    /** A sentence where something is wrong with its file or LoRA. */
    problem: z.string().nullable(),
  })
  .meta({ id: 'EntityCard' });
export type EntityCard = z.infer<typeof EntityCard>;

/** What the server remembers of an entity's page. */
export const PageState = z
  .strictObject({
    fields: z.array(z.string().max(100)).max(200).optional(),
    outfit: z.string().max(200).optional(),
    /** Chosen companions by category; `__random__` counts. */
    companions: z.partialRecord(CategoryName, z.array(z.string().max(200)).max(50)).optional(),
    extra_positive: z.string().max(20_000).optional(),
    extra_negative: z.string().max(20_000).optional(),
    preview_image: z.string().max(200).nullable().optional(),
    checkpoint: z.string().max(500).nullable().optional(),
    seed: z.number().int().min(0).nullable().optional(),
    seed_locked: z.boolean().optional(),
    width: z.number().int().optional(),
    height: z.number().int().optional(),
    count: z.number().int().min(1).max(20).optional(),
    /** Absent or null: as the category has it. */
    background: z.boolean().nullable().optional(),
    face_detail: DetailSwitch.optional(),
    hand_detail: DetailSwitch.optional(),
    /** Of the entity's own LoRA; absent or null: as its file says. */
    lora_weight: z.number().min(-10).max(10).nullable().optional(),
  })
  .meta({ id: 'PageState' });
export type PageState = z.infer<typeof PageState>;

export const EntityDetail = EntityCard.extend({
  /** SHA-256 of the file: the ETag that an edit carries in `If-Match`. */
  revision: z.string(),
  filename: z.string(),
  data: EntityData,
  default_fields: z.array(z.string()),
  active_outfit: z.string().nullable(),
  state: PageState,
  images: z.array(ImageView),
  image_count: z.number().int(),
  /** Looks that name this character. */
  looks: z.array(EntityCard),
}).meta({ id: 'EntityDetail' });
export type EntityDetail = z.infer<typeof EntityDetail>;

/** A file that could not be taken over. Its last good version stays in use. */
export const ProblemFile = z
  .object({
    category: CategoryName,
    file: z.string(),
    kind: z.enum(['syntax', 'schema', 'unreadable', 'collision', 'too_large']),
    /** A sentence that says what is wrong. */
    message: z.string(),
    line: z.number().int().nullable(),
    column: z.number().int().nullable(),
    /** JSON pointer of the faulty value. */
    pointer: z.string().nullable(),
    slug: z.string().nullable(),
    since: z.string(),
  })
  .meta({ id: 'ProblemFile' });
export type ProblemFile = z.infer<typeof ProblemFile>;

export const FacetView = z
  .object({
    key: z.string(),
    label: z.string(),
    values: z.array(z.object({ value: z.string(), label: z.string(), count: z.number().int() })),
  })
  .meta({ id: 'Facet' });
export type FacetView = z.infer<typeof FacetView>;

export const RescanResult = z
  .object({
    category: CategoryName,
    files: z.number().int(),
    added: z.number().int(),
    changed: z.number().int(),
    removed: z.number().int(),
    problems: z.number().int(),
    warning: z.string().nullable(),
  })
  .meta({ id: 'RescanResult' });
export type RescanResult = z.infer<typeof RescanResult>;
