import { z } from 'zod';
import { ImageView } from './image.ts';
import { Slug } from './recipe.ts';
import { NsfwFilter, rpc } from './rpc.ts';

/** So many outfits, worn outfits and actions may be asked for at once: all of their cells are one message of the bus. */
export const mostOnAnAxis = 24;

const axis = <T extends z.ZodType>(item: T) => z.array(item).max(mostOnAnAxis);
const OutfitName = z.string().min(1).max(200);

/** Which combinations of a character: outfits of the library, outfits of its wardrobe by name, and actions. */
export const CoverageQuery = z.object({
  slug: z.string(),
  outfits: axis(z.string()).default([]),
  worn: axis(OutfitName).default([]),
  actions: axis(z.string()).default([]),
  /** Only pictures in this scene; null: in none; absent: wherever. */
  scene: z.string().nullable().optional(),
  nsfw: NsfwFilter.default('all'),
});
export type CoverageQuery = z.infer<typeof CoverageQuery>;

/** Only what a cell shows of its picture: thousands of them make one answer. */
const BestPicture = ImageView.pick({
  ...{ id: true, thumb_url: true, width: true, height: true },
  ...{ is_favourite: true, is_nsfw: true, rating: true },
});

export const CoverageCell = z
  .object({
    /** Slug of an entity of `outfits`; null where the character wears an outfit of its own. */
    outfit: z.string().nullable(),
    /** Name of the outfit of its wardrobe; null where an entity stands in for it. */
    worn: z.string().nullable(),
    action: z.string(),
    count: z.number().int(),
    /** By rating, then the favourite, then the newest. */
    best: BestPicture,
  })
  .meta({ id: 'CoverageCell' });
export type CoverageCell = z.infer<typeof CoverageCell>;

export const CoverageReply = z
  .object({
    /** Combinations that have a picture; those that are not here have none. */
    cells: z.array(CoverageCell),
    /** Pictures of the character, of whatever combination. */
    images: z.number().int(),
  })
  .meta({ id: 'Coverage' });
export type CoverageReply = z.infer<typeof CoverageReply>;

const several = <T extends z.ZodType>(item: T) => z.union([item, axis(item)]).optional();

export const CoverageParams = z.object({ slug: Slug });
export const CoverageQuerystring = z.object({
  /** Slug of an outfit; may be given several times. */
  outfit: several(Slug),
  /** Name of an outfit of the character's wardrobe; may be given several times. */
  worn: several(OutfitName),
  /** Slug of an action; may be given several times. */
  action: several(Slug),
  /** Slug of a scene; `-`: pictures without one. */
  scene: z.union([Slug, z.literal('-')]).optional(),
  nsfw: NsfwFilter.default('all'),
});

export const coverageRpc = {
  get: rpc('coverage.get', CoverageQuery, CoverageReply, 10),
} as const;
