import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { EntityCard } from './entity.ts';
import { ImageView } from './image.ts';
import { NsfwFilter, rpc } from './rpc.ts';

/** A text in pieces; the pieces that were looked for are marked. Data, never HTML. */
export const Highlighted = z
  .array(z.object({ text: z.string(), is_hit: z.boolean() }))
  .meta({ id: 'Highlighted' });
export type Highlighted = z.infer<typeof Highlighted>;

/** How many there are, counted no further than the cap. */
export const CappedCount = z
  .object({
    count: z.number().int(),
    /** There are more than `count`. */
    is_capped: z.boolean(),
  })
  .meta({ id: 'CappedCount' });
export type CappedCount = z.infer<typeof CappedCount>;

export const searchCap = 1000;

export const EntityHit = z
  .object({
    card: EntityCard,
    name: Highlighted,
    /** The line in which it was found; null where the name says it. */
    snippet: Highlighted.nullable(),
  })
  .meta({ id: 'EntityHit' });
export type EntityHit = z.infer<typeof EntityHit>;

export const ImageHit = z.object({ image: ImageView, snippet: Highlighted }).meta({ id: 'ImageHit' });
export type ImageHit = z.infer<typeof ImageHit>;

export const SearchResults = z
  .object({
    /** One per category that has something, in the order of the navigation. Best first within. */
    groups: z.array(z.object({ category: CategoryName, found: CappedCount, items: z.array(EntityHit) })),
    /** Newest first. Null where pictures were not asked for. */
    images: z.object({ found: CappedCount, items: z.array(ImageHit) }).nullable(),
  })
  .meta({ id: 'SearchResults' });
export type SearchResults = z.infer<typeof SearchResults>;

const fields = {
  q: z.string().min(1).max(200),
  nsfw: NsfwFilter.default('all'),
  type: z.enum(['all', 'resources', 'images']).default('all'),
};

export const SearchQuery = z.object({
  ...fields,
  category: CategoryName.optional(),
  /** Per category, and of pictures. */
  limit: z.number().int().min(1).max(50).default(8),
});
export type SearchQuery = z.infer<typeof SearchQuery>;

export const SearchQuerystring = z.object({
  ...fields,
  category: z.union([CategoryName, z.literal('all')]).default('all'),
  limit: z.coerce.number().int().min(1).max(50).default(8),
});

export const searchRpc = {
  query: rpc('search.query', SearchQuery, SearchResults, 10),
} as const;
