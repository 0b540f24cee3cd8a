import type { ImageFilter } from '@gaze/client';
import { categoryOf } from '#lib/categories.ts';

export interface GalleryFilters {
  category: string;
  /** With a category: the pictures of one entity. */
  slug: string;
  favourite: boolean;
  nsfw: 'sfw' | 'all' | 'nsfw';
  checkpoint: string;
}

/** Reads the filters of a URL; what it does not know, it leaves out. `image` names the open picture and is no filter. */
export function readFilters(search: Pick<URLSearchParams, 'get'>): GalleryFilters {
  const nsfw = search.get('nsfw');
  return {
    category: search.get('category') ?? '',
    slug: search.get('slug') ?? '',
    favourite: search.get('favourite') === 'on',
    nsfw: nsfw === 'sfw' || nsfw === 'nsfw' ? nsfw : 'all',
    checkpoint: search.get('checkpoint') ?? '',
  };
}

/** The search part of a URL, with the open picture where there is one. */
export function writeFilters(filters: GalleryFilters, image?: string): string {
  const search = new URLSearchParams();
  if (filters.category) search.set('category', filters.category);
  if (filters.category && filters.slug) search.set('slug', filters.slug);
  if (filters.favourite) search.set('favourite', 'on');
  if (filters.nsfw !== 'all') search.set('nsfw', filters.nsfw);
  if (filters.checkpoint) search.set('checkpoint', filters.checkpoint);
  if (image) search.set('image', image);
  const text = search.toString();
  return text ? `?${text}` : '';
}

export function toQuery(filters: GalleryFilters, hidesNsfw: boolean): ImageFilter {
  return {
    category: categoryOf(filters.category)?.name,
    slug: filters.slug || undefined,
    favourite: filters.favourite || undefined,
    nsfw: hidesNsfw && filters.nsfw === 'all' ? 'sfw' : filters.nsfw,
    checkpoint: filters.checkpoint || undefined,
  };
}

export function isNarrowed(filters: GalleryFilters): boolean {
  return writeFilters(filters) !== '';
}
