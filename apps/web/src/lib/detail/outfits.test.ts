import { describe, expect, it } from 'vitest';
import { freeOutfitName, outfitLabel } from './outfits.ts';

describe('outfits', () => {
  it('calls the unnamed one by a word', () => {
    expect([outfitLabel('default'), outfitLabel('Festival')]).toEqual(['Default', 'Festival']);
  });

  it('counts on where a name is taken', () => {
    expect(freeOutfitName('Coat', [])).toBe('Coat');
    expect(freeOutfitName('Coat', ['Coat', 'Coat 2'])).toBe('Coat 3');
  });
});
