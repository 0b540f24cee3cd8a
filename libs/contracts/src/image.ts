import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { Prompts, Recipe } from './recipe.ts';

/** How a picture came to be: the same record in the sidecar, in the PNG's `gaze` chunk and in the database. */
export const GenerationRecord = z
  .object({
    version: z.literal(1),
    job_id: z.string(),
    attempt: z.number().int(),
    created_at: z.string(),
    owner: z.object({ category: CategoryName, slug: z.string() }).nullable(),
    recipe: Recipe,
    prompts: Prompts,
    seed: z.number(),
    width: z.number().int(),
    height: z.number().int(),
    checkpoint: z.string(),
    loras: z.array(z.object({ name: z.string(), weight: z.number() })),
    entities: z.array(
      z.object({ category: CategoryName, slug: z.string(), name: z.string(), revision: z.string() }),
    ),
    /** Name of the character's outfit whose wardrobe counted; null: none did. Absent from older records. */
    active_outfit: z.string().nullable().optional(),
    template: z.object({ name: z.string(), hash: z.string() }),
    host: z.object({ id: z.string(), name: z.string() }),
    seconds: z.object({ queued: z.number(), rendering: z.number() }),
    notes: z.array(z.string()),
    /** How many pictures the attempt made, so that a half stored set is not taken for a whole one; absent: one. */
    pictures: z.number().int().min(1).optional(),
  })
  .meta({ id: 'GenerationRecord' });
export type GenerationRecord = z.infer<typeof GenerationRecord>;

/** `<image>.json` beside a picture. Loose: the original's sidecars hold the two flags alone. */
export const Sidecar = z.looseObject({
  is_favourite: z.boolean().default(false),
  is_nsfw: z.boolean().default(false),
  rating: z.number().int().min(0).max(5).nullish(),
  generation: GenerationRecord.nullish(),
});
export type Sidecar = z.infer<typeof Sidecar>;

/** One stored file, as the generator reports it. */
export const StoredImage = z.object({
  key: z.string(),
  sha256: z.string(),
  bytes: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
});
export type StoredImage = z.infer<typeof StoredImage>;

export const ImageView = z
  .object({
    id: z.string(),
    key: z.string(),
    url: z.string(),
    thumb_url: z.string(),
    width: z.number().int(),
    height: z.number().int(),
    bytes: z.number().int(),
    owner: z.object({ category: z.string(), slug: z.string(), name: z.string() }).nullable(),
    is_favourite: z.boolean(),
    is_nsfw: z.boolean(),
    rating: z.number().int().nullable(),
    seed: z.number().nullable(),
    checkpoint: z.string().nullable(),
    host: z.string().nullable(),
    job_id: z.string().nullable(),
    created_at: z.string(),
  })
  .meta({ id: 'Image' });
export type ImageView = z.infer<typeof ImageView>;

/** What a picture itself says of how it was made, whoever made it: GAZE, ComfyUI or a program of the A1111 family. */
export const PictureMetadata = z
  .object({
    source: z.enum(['gaze', 'comfyui', 'a1111']),
    positive: z.string(),
    negative: z.string(),
    /** Null where there is none, or it has more digits than a number here holds. */
    seed: z.number().int().nullable(),
    checkpoint: z.string().nullable(),
    model_hash: z.string().nullable(),
    loras: z.array(z.object({ name: z.string(), weight: z.number() })),
    steps: z.number().nullable(),
    cfg: z.number().nullable(),
    sampler: z.string().nullable(),
    scheduler: z.string().nullable(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
  })
  .meta({ id: 'PictureMetadata' });
export type PictureMetadata = z.infer<typeof PictureMetadata>;

export const ImageDetail = ImageView.extend({
  generation: GenerationRecord.nullable(),
  /** Of a picture that GAZE did not make: what its PNG says. */
  metadata: PictureMetadata.nullable().optional(),
}).meta({
  id: 'ImageDetail',
});
export type ImageDetail = z.infer<typeof ImageDetail>;

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/** Filters of pictures, the same on the bus and over HTTP. Dates without a time are taken as UTC. */
export const imageFilterFields = {
  /** Path of a LoRA file, as records name it; `/` and `\` are equal. */
  lora: z.string().max(500).optional(),
  /** Name of the host that rendered it. */
  host: z.string().max(200).optional(),
  /** Made at this moment or later. */
  from: moment.optional(),
  /** Made before this moment. */
  to: moment.optional(),
  rating_min: z.coerce.number().int().min(1).max(5).optional(),
  /** Words of the prompt; each may be a part of a word. */
  q: z.string().max(200).optional(),
} as const;

/** Widths of thumbnails, in pixels. Others are refused, so that nobody can fill the disk with sizes. */
export const thumbWidths = [192, 384, 768] as const;
export const gridThumbWidth = 384;

/** Address of a thumbnail: content-addressed, so that it can be cached for ever. `key` is where the original lies. */
export function thumbUrl(
  key: string,
  sha256: string,
  width: (typeof thumbWidths)[number] = gridThumbWidth,
): string {
  return `/api/v1/thumbs/${sha256}/${width}.webp?key=${encodeURIComponent(key)}`;
}

/** Address of a stored picture by its object key. */
export function mediaUrl(key: string): string {
  return `/api/v1/media/${key.split('/').map(encodeURIComponent).join('/')}`;
}
