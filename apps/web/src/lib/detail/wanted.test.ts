import { describe, expect, it } from 'vitest';
import { lookCharacter, wantedRefs } from './wanted.ts';

const look = { category: 'looks', data: { character_id: 'yuna-ffx10' } } as const;

describe('wantedRefs', () => {
  it('takes the character of a look by the slug of its id', () => {
    expect(lookCharacter(look)).toEqual([{ category: 'characters', slug: 'yunaffx10' }]);
    expect(lookCharacter({ category: 'looks', data: { character_id: ' ' } })).toEqual([]);
    expect(lookCharacter({ category: 'outfits', data: look.data })).toEqual([]);
  });

  it('collects what is chosen and what a preset names, without what is drawn', () => {
    const companions = { actions: ['waving', '__random__'], scenes: ['lake'] };
    const preset = {
      parts: [
        { category: 'styles', slug: 'ink', useLora: true, switches: {} },
        { category: 'looks', slug: null, useLora: true, switches: {} },
      ],
    } as const;
    expect(
      wantedRefs(look, { companions }, { parts: [...preset.parts] }).map(
        ({ category, slug }) => `${category}/${slug}`,
      ),
    ).toEqual(['characters/yunaffx10', 'actions/waving', 'scenes/lake', 'styles/ink']);
    expect(wantedRefs(null, { companions }, null)).toEqual([]);
  });
});
