import { z } from 'zod';
import { rpc } from './rpc.ts';

/** Kinds of Danbooru tags, with the numbers that Danbooru and the common lists give them. */
export const tagCategoryNumbers = { general: 0, artist: 1, copyright: 3, character: 4, meta: 5 } as const;
export type TagCategory = keyof typeof tagCategoryNumbers;
export const TagCategory = z.enum(Object.keys(tagCategoryNumbers) as [TagCategory, ...TagCategory[]]);

export const TagView = z
  .object({
    /** Canonical name, with underscores: `blue_hair`. Prompts write it with spaces. */
    name: z.string(),
    category: TagCategory,
    /** How many pictures carry it; in a starter list only an order of magnitude. */
    count: z.number().int(),
  })
  .meta({ id: 'Tag' });
export type TagView = z.infer<typeof TagView>;

export const TagHit = TagView.extend({
  /** The other name by which it was found; null where its own name matched. */
  alias: z.string().nullable(),
}).meta({ id: 'TagHit' });
export type TagHit = z.infer<typeof TagHit>;

export const TagSuggestion = TagView.extend({
  /**
   * `spelling`: a slip of the pen, safe to put in place. `order`: the same words in another order, safe too.
   * `similar`: shares words only; a person should look.
   */
  kind: z.enum(['spelling', 'order', 'similar']),
}).meta({ id: 'TagSuggestion' });
export type TagSuggestion = z.infer<typeof TagSuggestion>;

export const TagVerdict = z
  .object({
    /** As it was asked. */
    tag: z.string(),
    status: z.enum(['exact', 'alias', 'unknown']),
    /** Canonical name of an exact tag or an alias; null for an unknown one. */
    name: z.string().nullable(),
    category: TagCategory.nullable(),
    count: z.number().int().nullable(),
    /** For an unknown tag, best first. */
    suggestions: z.array(TagSuggestion),
  })
  .meta({ id: 'TagVerdict' });
export type TagVerdict = z.infer<typeof TagVerdict>;

const limit = z.number().int().min(1).max(100).default(20);
const text = z.string().max(200);

export const TagSearchInput = z.object({ query: text, limit, category: TagCategory.optional() });
export const TagValidateInput = z.object({ tags: z.array(text).max(500) });
export const TagSuggestInput = z.object({ partial: text, limit, category: TagCategory.optional() });
export const TagHits = z.object({ tags: z.array(TagHit) });
export const TagVerdicts = z.object({ results: z.array(TagVerdict) });

/** What the tag server has loaded, and which lines it could not read. */
export const TagListStatus = z.object({
  tags: z.number().int(),
  aliases: z.number().int(),
  files: z.array(z.object({ file: z.string(), tags: z.number().int(), bad_lines: z.number().int() })),
  /** The first bad lines; `bad_lines` counts them all. */
  problems: z.array(z.object({ file: z.string(), line: z.number().int(), message: z.string() })),
  loaded_at: z.string(),
});
export type TagListStatus = z.infer<typeof TagListStatus>;

/** Questions that the tag server answers, the same as its MCP tools. Names with spaces or underscores are equal. */
export const tagsRpc = {
  /** Tags that begin with the query, most used first. */
  search: rpc('tags.search', TagSearchInput, TagHits, 3),
  validate: rpc('tags.validate', TagValidateInput, TagVerdicts, 5),
  /** For completion while somebody types: beginnings of the name, then of any word in it, then slips of the pen. */
  suggest: rpc('tags.suggest', TagSuggestInput, TagHits, 3),
  status: rpc('tags.status', z.object({}), TagListStatus, 3),
} as const;
