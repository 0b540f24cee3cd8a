import { describe, expect, it, vi } from 'vitest';

vi.mock('#lib/categories.ts', () => ({
  categoryOf: (name: string) => (name === 'looks' ? { name: 'looks' } : undefined),
}));
const { readSearch, searchHref, toFilter } = await import('./query.ts');

const read = (query: string) => readSearch(new URLSearchParams(query));

describe('the address of a search', () => {
  it('says what is asked for, and nothing that is usual', () => {
    const asked = read('q=red+hair&category=looks&nsfw=sfw&type=resources');
    expect(asked).toEqual({ q: 'red hair', category: 'looks', nsfw: 'sfw', type: 'resources' });
    expect(searchHref(asked)).toBe('/search?q=red+hair&category=looks&nsfw=sfw&type=resources');
    expect(searchHref({ q: 'a', category: '', nsfw: 'all', type: 'all' })).toBe('/search?q=a');
    expect(searchHref({})).toBe('/search');
  });

  it('leaves out what it does not know', () => {
    expect(read('category=spells&nsfw=maybe&type=files')).toEqual(read(''));
  });

  it('names the open picture', () => {
    expect(searchHref({ q: 'a' }, 'img_1')).toBe('/search?q=a&image=img_1');
  });
});

describe('toFilter', () => {
  it('asks for many where one thing alone is wanted', () => {
    expect(toFilter(read('q=a'), false).limit).toBe(8);
    expect(toFilter(read('q=a&category=looks'), false)).toMatchObject({ limit: 50, category: 'looks' });
    expect(toFilter(read('q=a&type=images'), false).limit).toBe(50);
  });

  it('keeps hidden what is hidden everywhere', () => {
    expect(toFilter(read('q=a'), true).nsfw).toBe('sfw');
    expect(toFilter(read('q=a&nsfw=nsfw'), true).nsfw).toBe('nsfw');
  });
});
