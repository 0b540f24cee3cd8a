import type { CoverageCell } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import type { Column, Row } from './combinations.ts';
import { cellsById, combinationId, gapsOf, generatorHref, submission } from './combinations.ts';

const home: Column = { kind: 'worn', key: 'At home', label: 'At home', card: null };
const coat: Column = { kind: 'entity', key: 'coat', label: 'Coat', card: null };
const row = (slug: string): Row => ({ slug, name: slug.toUpperCase(), cover: null, is_nsfw: false });
const rows = [row('tea'), row('run')];
const elke = { slug: 'elke', name: 'Elke' };
const cell = (more: Partial<CoverageCell>): CoverageCell => ({
  ...{ outfit: null, worn: null, action: 'tea', count: 1 },
  best: { id: 'i', thumb_url: '', width: 1, height: 1, is_favourite: false, is_nsfw: false, rating: null },
  ...more,
});

describe('a matrix', () => {
  it('finds a cell for an entry and for an outfit of the wardrobe, and the gaps between', () => {
    const cells = cellsById([cell({ outfit: 'coat' }), cell({ worn: 'At home', action: 'run' })]);
    const gaps = gapsOf([home, coat], rows, cells);
    expect(gaps.map(combinationId)).toEqual(['worn:At home|tea', 'entity:coat|run']);
  });

  it('queues a gap as a picture of the character, behind what people wait for', () => {
    expect(submission(elke, { column: coat, row: row('tea') }, 'dusk')).toEqual({
      recipe: {
        owner: { category: 'characters', slug: 'elke' },
        parts: {
          characters: [{ slug: 'elke' }],
          outfits: [{ slug: 'coat' }],
          actions: [{ slug: 'tea' }],
          scenes: [{ slug: 'dusk' }],
        },
      },
      lane: 'batch',
      label: 'Elke · Coat · TEA',
    });
    const worn = submission(elke, { column: home, row: row('tea') }, '-');
    expect(worn.recipe).toMatchObject({ outfit_name: 'At home' });
    expect(worn.recipe.parts).not.toHaveProperty('outfits');
    expect(worn.recipe.parts).not.toHaveProperty('scenes');
  });

  it('leads to the generator with the same combination', () => {
    expect(generatorHref(elke, { column: coat, row: row('tea') }, 'dusk')).toBe(
      '/generator?characters=elke&actions=tea&outfits=coat&scenes=dusk',
    );
    expect(generatorHref(elke, { column: home, row: row('tea') }, null)).toBe(
      '/generator?characters=elke&actions=tea&worn=At+home',
    );
  });
});
