import { describe, expect, it } from 'vitest';
import { isNarrowed, readFilters, toQuery, toggleTag, writeFilters } from './filters.ts';

const read = (search: string) => readFilters(new URLSearchParams(search));

describe('library filters in the URL', () => {
  it('reads nothing as the plain library, and writes it as nothing', () => {
    const plain = read('');
    expect(plain).toMatchObject({ q: '', favourite: false, nsfw: 'all', sort: 'favourite', tags: [] });
    expect(writeFilters(plain)).toBe('');
    expect(isNarrowed(plain)).toBe(false);
  });

  it('writes what it read', () => {
    const search =
      '?q=elke&favourite=on&nsfw=sfw&has_lora=on&has_cover=off&has_problem=on&tag=type%3AGame&sort=recent';
    expect(writeFilters(read(search))).toBe(search);
  });

  it('leaves out words that it does not know', () => {
    expect(writeFilters(read('?nsfw=maybe&sort=height&favourite=1&cursor=x'))).toBe('');
  });

  it('takes a tag once', () => {
    expect(read('?tag=a:b&tag=a:b').tags).toEqual(['a:b']);
  });

  it('does not call an order a narrowing', () => {
    expect(isNarrowed(read('?sort=name'))).toBe(false);
    expect(isNarrowed(read('?q=x'))).toBe(true);
  });
});

describe('toggleTag', () => {
  it('adds, then takes away', () => {
    const once = toggleTag(read('?tag=a:b'), 'c:d');
    expect(once.tags).toEqual(['a:b', 'c:d']);
    expect(toggleTag(once, 'a:b').tags).toEqual(['c:d']);
  });
});

describe('toQuery', () => {
  it('asks for what lacks a cover', () => {
    expect(toQuery(read('?has_cover=off'), false).has_cover).toBe(false);
    expect(toQuery(read(''), false).has_cover).toBeUndefined();
  });

  it('leaves NSFW out where it is hidden, unless somebody asks for it', () => {
    expect(toQuery(read(''), true).nsfw).toBe('sfw');
    expect(toQuery(read('?nsfw=nsfw'), true).nsfw).toBe('nsfw');
    expect(toQuery(read(''), false).nsfw).toBe('all');
  });
});
