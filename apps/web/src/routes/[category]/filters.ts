import type { LibraryFilter } from '@gaze/client';

export const sorts = [
  { value: 'favourite', label: 'Favourites, then name' },
  { value: 'name', label: 'Name' },
  { value: 'recent', label: 'Changed last' },
] as const;
export type Sort = (typeof sorts)[number]['value'];
export type Nsfw = 'sfw' | 'all' | 'nsfw';

/** What the library is narrowed to. It lives in the URL, in the API's own words. */
export interface Filters {
  q: string;
  favourite: boolean;
  nsfw: Nsfw;
  sort: Sort;
  hasLora: boolean;
  noCover: boolean;
  hasProblem: boolean;
  /** `key:value`. */
  tags: readonly string[];
}

const isSort = (word: string | null): word is Sort => sorts.some((sort) => sort.value === word);

/** Reads the filters of a URL; what it does not know, it leaves out. */
export function readFilters(search: Pick<URLSearchParams, 'get' | 'getAll'>): Filters {
  const nsfw = search.get('nsfw');
  const sort = search.get('sort');
  return {
    q: search.get('q') ?? '',
    favourite: search.get('favourite') === 'on',
    nsfw: nsfw === 'sfw' || nsfw === 'nsfw' ? nsfw : 'all',
    sort: isSort(sort) ? sort : 'favourite',
    hasLora: search.get('has_lora') === 'on',
    noCover: search.get('has_cover') === 'off',
    hasProblem: search.get('has_problem') === 'on',
    tags: [...new Set(search.getAll('tag'))],
  };
}

/** The search part of a URL: only what differs from the plain library, always in the same order. */
export function writeFilters(filters: Filters): string {
  const search = new URLSearchParams();
  if (filters.q.trim()) search.set('q', filters.q.trim());
  if (filters.favourite) search.set('favourite', 'on');
  if (filters.nsfw !== 'all') search.set('nsfw', filters.nsfw);
  if (filters.hasLora) search.set('has_lora', 'on');
  if (filters.noCover) search.set('has_cover', 'off');
  if (filters.hasProblem) search.set('has_problem', 'on');
  for (const tag of filters.tags) search.append('tag', tag);
  if (filters.sort !== 'favourite') search.set('sort', filters.sort);
  const text = search.toString();
  return text ? `?${text}` : '';
}

/** The same filters for the client. `hide` keeps NSFW out of a list that nobody asked for it. */
export function toQuery(filters: Filters, hidesNsfw: boolean): LibraryFilter {
  return {
    q: filters.q.trim() || undefined,
    favourite: filters.favourite || undefined,
    nsfw: hidesNsfw && filters.nsfw === 'all' ? 'sfw' : filters.nsfw,
    sort: filters.sort,
    has_lora: filters.hasLora || undefined,
    has_cover: filters.noCover ? false : undefined,
    has_problem: filters.hasProblem || undefined,
    tag: filters.tags,
  };
}

/** Whether anything is narrowed: an empty list then says so instead of that the library is empty. */
export function isNarrowed(filters: Filters): boolean {
  return writeFilters({ ...filters, sort: 'favourite' }) !== '';
}

export function toggleTag(filters: Filters, tag: string): Filters {
  const tags = filters.tags.includes(tag)
    ? filters.tags.filter((other) => other !== tag)
    : [...filters.tags, tag];
  return { ...filters, tags };
}
