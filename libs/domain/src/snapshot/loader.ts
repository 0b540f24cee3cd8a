import type { CategoryName, EntityData } from '@gaze/contracts';

/** An entity as the resolver needs it. `EntityDetail` of the contracts is one, so the browser can hand it over as it is. */
export interface SourceEntity {
  category: CategoryName;
  slug: string;
  id: string;
  name: string;
  /** SHA-256 of the file. */
  revision: string;
  data: EntityData;
  /** `section::key` addresses that the person saved; empty: none saved. */
  default_fields: string[];
  active_outfit: string | null;
  is_nsfw: boolean;
  /** Name of its file, so that an error names the right one; absent: taken to be `<slug>.json`. */
  filename?: string;
}

/** Where `resolveSnapshot` gets what a recipe refers to. Null: there is no such thing. */
export interface EntityLoader {
  entity: (category: CategoryName, slug: string) => Promise<SourceEntity | null>;
  /** By canonical id, as presets and looks refer to others. */
  byId: (category: CategoryName, id: string) => Promise<SourceEntity | null>;
  /** Slugs to draw from. `character_id`: only looks of that character. */
  candidates: (
    category: CategoryName,
    filter: { nsfw: 'sfw' | 'nsfw' | 'all'; character_id?: string },
  ) => Promise<string[]>;
  /** By path or slug. */
  checkpoint: (pathOrSlug: string) => Promise<SourceEntity | null>;
  /** Lines of `data/wildcards/<name>.txt`; null where there is no such file. */
  wildcard: (name: string) => Promise<string[] | null>;
}
