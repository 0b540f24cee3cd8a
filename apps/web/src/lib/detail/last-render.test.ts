import { categories, type GenerationRecord, type Recipe } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { lastRenderOf } from './last-render.ts';
import { recipeOf } from './recipe.ts';
import { plainSelection } from './selection.ts';

const owner = { category: 'characters', slug: 'elke' } as const;
const recipe = recipeOf(
  owner,
  categories.characters,
  { ...plainSelection, fields: ['identity::hair'] },
  null,
);
const prompts = { main: 'a', face: '', hand: '', negative: '' };

const image = (of: Recipe): { generation: GenerationRecord } => ({
  generation: {
    version: 1,
    job_id: 'j',
    attempt: 1,
    created_at: '2026-11-24T12:00:00Z',
    owner,
    recipe: of,
    prompts,
    seed: 1,
    width: 832,
    height: 1216,
    checkpoint: 'c',
    loras: [],
    entities: [],
    template: { name: 'default', hash: 'h' },
    host: { id: 'h', name: 'Atelier' },
    seconds: { queued: 0, rendering: 1 },
    notes: [],
  },
});

describe('lastRenderOf', () => {
  it('tells prompts and fields', () => {
    expect(lastRenderOf(image(recipe), owner)).toEqual({ prompts, fields: ['identity::hair'] });
  });

  it('tells «as usual» from «nobody knows»', () => {
    expect(
      lastRenderOf(image({ ...recipe, parts: { characters: [{ slug: 'elke' }] } }), owner)?.fields,
    ).toBeNull();
    expect(lastRenderOf(image({ ...recipe, parts: {} }), owner)?.fields).toBeUndefined();
  });

  it.each([
    ['a picture without a record', { generation: null }],
    [
      'a random companion',
      image({ ...recipe, parts: { ...recipe.parts, actions: [{ slug: '__random__' }] } }),
    ],
    ['a random checkpoint', image({ ...recipe, checkpoint: '__random__' })],
    ['a preset', image({ ...recipe, preset: 'night' })],
  ])('compares with nothing: %s', (_name, of) => expect(lastRenderOf(of, owner)).toBeNull());
});
