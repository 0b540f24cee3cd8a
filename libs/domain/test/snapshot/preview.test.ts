import { Recipe } from '@gaze/contracts';
import type { EntityDetail, RecipeInput } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { buildPrompts, previewPrompts, previewSnapshot } from '../../src/index.ts';
import type { SourceEntity } from '../../src/index.ts';
import { defaultsOf, defaultTemplate, snapshotOf } from '../support/build.ts';
import { library, mira } from '../support/library.ts';

const preview = (recipe: RecipeInput, entities = library) =>
  previewPrompts(Recipe.parse(recipe), entities, defaultsOf());

/** What the browser has loaded can be handed over as it is. */
const handOver = (loaded: readonly EntityDetail[]): readonly SourceEntity[] => loaded;

describe('live preview', () => {
  const recipes: RecipeInput[] = [
    { owner: { category: 'characters', slug: 'mira_voss' } },
    { owner: { category: 'looks', slug: 'mira_casual' } },
    {
      owner: { category: 'actions', slug: 'sitting' },
      parts: {
        actions: [{ slug: 'sitting', fields: ['action::head'] }],
        characters: [{ slug: 'mira_voss' }],
      },
    },
    {
      parts: {
        characters: [{ slug: 'mira_voss' }],
        outfits: [{ slug: 'armor' }],
        scenes: [{ slug: 'beach' }],
        detailers: [{ slug: 'skin' }, { slug: 'hands' }],
      },
      stackLoras: true,
      extra_positive: 'rain',
    },
  ];
  test.each(recipes)('PREVIEW-1 recipe %# shows what the resolved snapshot renders', async (recipe) => {
    const snapshot = await snapshotOf(
      library,
      { ...recipe, checkpoint: 'x/y.safetensors' },
      { random: () => 0 },
    );
    const shown = preview(recipe);
    expect(shown.prompts).toEqual(buildPrompts(snapshot, defaultTemplate));
    expect(shown.unresolved).toEqual([]);
    expect(shown.snapshot.parts).toEqual(snapshot.parts);
  });
  test('PREVIEW-2 what is drawn later is left out and listed; nothing is drawn', () => {
    const { prompts, unresolved } = preview({
      parts: { characters: [{ slug: 'joss' }], styles: [{ slug: '__random__' }] },
      extra_positive: '{a|b}',
    });
    expect(prompts.main).toBe('(solo:1.2), 1boy, short brown hair, hoodie, jeans, smile, {a|b}');
    expect(unresolved).toEqual([{ kind: 'random', category: 'styles' }]);
  });
  test('PREVIEW-3 what is not loaded yet is listed', () => {
    const look: RecipeInput = { owner: { category: 'looks', slug: 'mira_casual' } };
    expect(
      preview(
        look,
        library.filter((one) => one !== mira),
      ).unresolved,
    ).toEqual([{ kind: 'not_loaded', category: 'characters', name: 'mira_voss' }]);
    expect(preview({ parts: { actions: [{ slug: 'sitting' }] } }, []).unresolved).toEqual([
      { kind: 'not_loaded', category: 'actions', name: 'sitting' },
    ]);
    expect(preview({ preset: 'tea_time' }, [...handOver([])]).unresolved).toEqual([
      { kind: 'not_loaded', category: 'presets', name: 'tea_time' },
    ]);
  });
  test('PREVIEW-4 random fields of a preset are left out and listed', () => {
    const { unresolved, snapshot } = preview({ preset: 'tea_time' });
    expect(unresolved).toEqual([
      { kind: 'random', category: 'styles' },
      { kind: 'field', category: 'characters', name: 'mira_voss', field: 'defaults::expression' },
      { kind: 'field', category: 'actions', name: 'sitting', field: 'action::eyes' },
    ]);
    expect(snapshot.parts.find((part) => part.category === 'actions')?.fields).not.toContain('action::eyes');
  });
  test('PREVIEW-5 the weight of a span is the plain one, an open seed is 0', () => {
    const { snapshot } = previewSnapshot(
      Recipe.parse({ parts: { outfits: [{ slug: 'maid_01' }] } }),
      library,
      defaultsOf(),
    );
    expect([snapshot.parts[0]?.lora?.weight, snapshot.seed]).toEqual([1, 0]);
  });
});
