import type { ImageFilter } from '@gaze/client';
import type { ImageView } from '@gaze/contracts';
import { categoryOf } from '#lib/categories.ts';

export interface GalleryFilters {
  category: string;
  /** With a category: the pictures of one entity. */
  slug: string;
  favourite: boolean;
  nsfw: 'sfw' | 'all' | 'nsfw';
  checkpoint: string;
  lora: string;
  host: string;
  /** At least so many stars; 0: any. */
  rating: number;
  /** Calendar days of the reader, both included, as `2026-11-23`. */
  from: string;
  to: string;
  /** Words of the prompt. */
  q: string;
}

const texts = ['category', 'slug', 'checkpoint', 'lora', 'host', 'q'] as const;
const dayPattern = /^\d{4}-\d\d-\d\d$/;

/** Reads the filters of a URL; what it does not know, it leaves out. `image` names the open picture and is no filter. */
export function readFilters(search: Pick<URLSearchParams, 'get'>): GalleryFilters {
  const text = (name: string): string => search.get(name)?.trim() ?? '';
  const day = (name: string): string => (dayPattern.test(text(name)) ? text(name) : '');
  const nsfw = text('nsfw');
  const rating = Number(text('rating'));
  return {
    ...(Object.fromEntries(texts.map((name) => [name, text(name)])) as Record<
      (typeof texts)[number],
      string
    >),
    favourite: text('favourite') === 'on',
    nsfw: nsfw === 'sfw' || nsfw === 'nsfw' ? nsfw : 'all',
    rating: [1, 2, 3, 4, 5].includes(rating) ? rating : 0,
    from: day('from'),
    to: day('to'),
  };
}

export const noFilters: GalleryFilters = readFilters(new URLSearchParams());

/** The search part of a URL, with the open picture where there is one. */
export function writeFilters(filters: GalleryFilters, image?: string): string {
  const search = new URLSearchParams();
  for (const name of texts) if (filters[name] !== '') search.set(name, filters[name]);
  if (filters.category === '') search.delete('slug');
  if (filters.favourite) search.set('favourite', 'on');
  if (filters.nsfw !== 'all') search.set('nsfw', filters.nsfw);
  if (filters.rating > 0) search.set('rating', String(filters.rating));
  if (filters.from) search.set('from', filters.from);
  if (filters.to) search.set('to', filters.to);
  if (image) search.set('image', image);
  const text = search.toString();
  return text ? `?${text}` : '';
}

/** What the API is asked for: days become the moments at which they begin and end here. */
export function toQuery(filters: GalleryFilters, hidesNsfw: boolean): ImageFilter {
  const { category, slug, favourite, nsfw, checkpoint, lora, host, rating, from, to, q } = filters;
  return {
    category: categoryOf(category)?.name,
    slug: slug || undefined,
    favourite: favourite || undefined,
    nsfw: hidesNsfw && nsfw === 'all' ? 'sfw' : nsfw,
    checkpoint: checkpoint || undefined,
    lora: lora || undefined,
    host: host || undefined,
    rating_min: rating || undefined,
    from: from === '' ? undefined : startOfDay(from),
    to: to === '' ? undefined : startOfDay(to, 1),
    q: q || undefined,
  };
}

function startOfDay(key: string, later = 0): string {
  const date = new Date(`${key}T00:00:00`);
  date.setDate(date.getDate() + later);
  return date.toISOString();
}

export function isNarrowed(filters: GalleryFilters): boolean {
  return writeFilters(filters) !== '';
}

/** Whether a picture belongs to a list; null where only the server can tell, from words and LoRAs. */
export function takes(query: ImageFilter, image: ImageView): boolean | null {
  const { category, slug, favourite, nsfw, checkpoint, host, rating_min: rating, from, to } = query;
  const fits =
    (category === undefined || image.owner?.category === category) &&
    (slug === undefined || image.owner?.slug === slug) &&
    (favourite !== true || image.is_favourite) &&
    (nsfw === undefined || nsfw === 'all' || image.is_nsfw === (nsfw === 'nsfw')) &&
    (checkpoint === undefined || image.checkpoint === checkpoint) &&
    (host === undefined || image.host === host) &&
    (rating === undefined || (image.rating ?? 0) >= rating) &&
    (from === undefined || image.created_at >= from) &&
    (to === undefined || image.created_at < to);
  if (!fits) return false;
  return query.lora === undefined && query.q === undefined ? true : null;
}
