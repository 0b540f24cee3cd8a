import type { CategoryName, JobStatus } from '@gaze/contracts';

export interface Page<T> {
  items: T[];
  /** Given back as `cursor` for the next page; null on the last one. */
  next_cursor: string | null;
}

interface Paging {
  cursor?: string | null | undefined;
  limit?: number | undefined;
}

type Nsfw = 'sfw' | 'nsfw' | 'all';

export interface LibraryFilter extends Paging {
  q?: string | undefined;
  favourite?: boolean | undefined;
  nsfw?: Nsfw | undefined;
  sort?: 'favourite' | 'name' | 'recent' | undefined;
  has_lora?: boolean | undefined;
  has_cover?: boolean | undefined;
  has_problem?: boolean | undefined;
  /** `key:value`; several of one key widen, different keys narrow. */
  tag?: readonly string[] | undefined;
}

export interface ImageFilter extends Paging {
  category?: CategoryName | undefined;
  slug?: string | undefined;
  favourite?: boolean | undefined;
  nsfw?: Nsfw | undefined;
  checkpoint?: string | undefined;
  /** Path of a LoRA file. */
  lora?: string | undefined;
  /** Name of a host. */
  host?: string | undefined;
  /** A date or a moment, this one included; `to` is not. */
  from?: string | undefined;
  to?: string | undefined;
  rating_min?: number | undefined;
  /** Words of the prompt. */
  q?: string | undefined;
}

export interface JobFilter extends Paging {
  status?: readonly JobStatus[] | undefined;
  batch_id?: string | undefined;
  category?: CategoryName | undefined;
  slug?: string | undefined;
}

export interface CoverageAxes {
  /** Slugs of outfits and actions; names of outfits of the character's own wardrobe. */
  outfit?: readonly string[] | undefined;
  worn?: readonly string[] | undefined;
  action?: readonly string[] | undefined;
  /** Slug of a scene; `-`: pictures without one. */
  scene?: string | undefined;
  nsfw?: Nsfw | undefined;
}
