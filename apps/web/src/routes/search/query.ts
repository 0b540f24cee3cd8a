import type { CategoryName } from '@gaze/contracts';
import type { SearchFilter } from '@gaze/client';
import { categoryOf } from '#lib/categories.ts';

export interface SearchPage {
  q: string;
  category: CategoryName | '';
  nsfw: 'sfw' | 'all' | 'nsfw';
  type: 'all' | 'resources' | 'images';
}

const few = 8;
const many = 50;

/** Reads what a URL asks for; what it does not know, it leaves out. `image` names the open picture. */
export function readSearch(search: Pick<URLSearchParams, 'get'>): SearchPage {
  const nsfw = search.get('nsfw');
  const type = search.get('type');
  return {
    q: search.get('q') ?? '',
    category: categoryOf(search.get('category') ?? '')?.name ?? '',
    nsfw: nsfw === 'sfw' || nsfw === 'nsfw' ? nsfw : 'all',
    type: type === 'resources' || type === 'images' ? type : 'all',
  };
}

export function searchHref(of: Partial<SearchPage>, image?: string): string {
  const search = new URLSearchParams();
  if (of.q) search.set('q', of.q);
  if (of.category) search.set('category', of.category);
  if (of.nsfw && of.nsfw !== 'all') search.set('nsfw', of.nsfw);
  if (of.type && of.type !== 'all') search.set('type', of.type);
  if (image) search.set('image', image);
  const text = search.toString();
  return text ? `/search?${text}` : '/search';
}

/** A few of each, and many where one thing alone was asked for. */
export function toFilter({ category, nsfw, type }: SearchPage, hidesNsfw: boolean): SearchFilter {
  return {
    ...(category ? { category } : {}),
    nsfw: hidesNsfw && nsfw === 'all' ? 'sfw' : nsfw,
    type,
    limit: category || type === 'images' ? many : few,
  };
}
