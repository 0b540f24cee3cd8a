import { categories } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { readEntity } from './read-entity.ts';

const read = (data: Record<string, unknown>, active_outfit: string | null = null) =>
  readEntity(categories.characters, { name: 'Elke', filename: 'elke.json', data, active_outfit });

describe('readEntity', () => {
  const wardrobe = { Summer: { top: 'shirt' }, Winter: { top: 'coat', legwear: '' } };

  it('shows the fields of the outfit that is worn', () => {
    const { sections, outfits, outfit, fault } = read({ identity: { hair: 'red hair' }, wardrobe }, 'Winter');
    expect(sections.map(({ label, fields }) => [label, fields.map((field) => field.text)])).toEqual([
      ['Identity', ['red hair']],
      ['Wardrobe', ['coat']],
    ]);
    expect({ outfits, outfit, fault }).toEqual({
      outfits: ['Summer', 'Winter'],
      outfit: 'Winter',
      fault: null,
    });
  });

  it('falls back to the first outfit where the stored one is gone', () => {
    expect(read({ wardrobe }, 'Spring').outfit).toBe('Summer');
  });

  it('gives a fault of the file instead of throwing it, with its name in it', () => {
    const { sections, fault } = read({ identity: { hair: 5 } });
    expect(sections).toEqual([]);
    expect(String(fault)).toContain('characters/elke.json');
  });

  it('is empty while nothing is loaded', () => {
    expect(readEntity(categories.styles, null)).toEqual({
      sections: [],
      outfits: [],
      outfit: null,
      fault: null,
    });
  });
});
