import type { ImageView } from '@gaze/contracts';
import { describe, expect, it, vi } from 'vitest';

vi.mock('#lib/categories.ts', () => ({
  categoryOf: (name: string) => (name === 'characters' ? { name } : undefined),
}));
const { isNarrowed, noFilters, readFilters, takes, toQuery, writeFilters } = await import('./filters.ts');

const read = (query: string) => readFilters(new URLSearchParams(query));

describe('the address of the gallery', () => {
  it('holds every filter, and reads back what it wrote', () => {
    const query =
      '?category=characters&slug=elke&checkpoint=a%2Fb.safetensors&lora=l.safetensors&host=Cellar&q=red+hair&favourite=on&nsfw=sfw&rating=4&from=2026-11-01&to=2026-11-23';
    expect(writeFilters(read(query))).toBe(query);
    expect(isNarrowed(read(query))).toBe(true);
  });

  it('leaves out what it does not know', () => {
    expect(read('nsfw=maybe&rating=9&from=yesterday&favourite=1')).toEqual(noFilters);
    expect(writeFilters({ ...noFilters, slug: 'elke' })).toBe('');
  });

  it('names the open picture, which is no filter', () => {
    expect(writeFilters(noFilters, 'img_1')).toBe('?image=img_1');
    expect(isNarrowed(read('image=img_1'))).toBe(false);
  });
});

describe('toQuery', () => {
  it('makes days of the reader to moments, the last one included', () => {
    const { from, to } = toQuery(read('from=2026-11-01&to=2026-11-01'), false);
    expect(from).toBe(new Date('2026-11-01T00:00:00').toISOString());
    expect(to).toBe(new Date('2026-11-02T00:00:00').toISOString());
  });

  it('keeps hidden what is hidden everywhere, unless it is asked for', () => {
    expect(toQuery(noFilters, true).nsfw).toBe('sfw');
    expect(toQuery(read('nsfw=nsfw'), true).nsfw).toBe('nsfw');
  });
});

describe('takes', () => {
  const image = {
    ...{ is_favourite: true, is_nsfw: false, rating: 3, checkpoint: 'c', host: 'Atelier' },
    owner: { category: 'characters', slug: 'elke', name: 'Elke' },
    created_at: '2026-11-23T10:00:00.000Z',
  } as ImageView;

  it('says what a new picture fits into', () => {
    expect(takes(toQuery(noFilters, false), image)).toBe(true);
    const fitting = {
      category: 'characters',
      slug: 'elke',
      favourite: true,
      rating_min: 3,
      host: 'Atelier',
    } as const;
    expect(takes(fitting, image)).toBe(true);
    expect(takes({ ...fitting, rating_min: 4 }, image)).toBe(false);
    expect(takes({ nsfw: 'nsfw' }, image)).toBe(false);
    expect(takes({ to: image.created_at }, image)).toBe(false);
  });

  it('leaves words and LoRAs to the server, but not what it can refuse itself', () => {
    expect(takes({ q: 'red hair' }, image)).toBeNull();
    expect(takes({ lora: 'l', nsfw: 'nsfw' }, image)).toBe(false);
  });
});
