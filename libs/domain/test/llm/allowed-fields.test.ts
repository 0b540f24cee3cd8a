import type { CategoryName, EntityData } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { allowedFields, pathOf, pointerTo, withChanges } from '../../src/index.ts';
import type { LlmRights } from '../../src/index.ts';

function rights(category: CategoryName, more: Partial<LlmRights> = {}): LlmRights {
  const declaration = categories[category];
  const { shape } = declaration.schema as unknown as { shape: Record<string, unknown> };
  return { declaration, scope: 'entry', knownKeys: Object.keys(shape), notes: '', parts: {}, ...more };
}

function taken(
  of: LlmRights,
  before: EntityData,
  after: EntityData,
): { data: EntityData; refused: string[] } {
  const { changes, refused } = allowedFields(of, before, after);
  return { data: withChanges(before, changes), refused: refused.map(({ pointer }) => pointer).sort() };
}

describe('what a model may set', () => {
  test(
    verifies(
      'llm.allowed-fields',
      'tags alone: nothing beside them, and no key that the category does not declare',
    ),
    () => {
      const before = {
        character_id: 'elke',
        identity: { hair: 'red' },
        tags: { origin_series: 'A', own: 'kept' },
      };
      const after = {
        ...{ character_id: 'stolen', identity: { hair: 'blue' }, is_favourite: true },
        tags: { origin_series: 'B', origin_type: ['game'], nsfw: true, file: '../x' },
      };
      expect(taken(rights('characters', { scope: 'tags' }), before, after)).toEqual({
        data: { ...before, tags: { origin_series: 'B', own: 'kept', origin_type: ['game'], nsfw: true } },
        refused: ['/character_id', '/identity/hair', '/is_favourite', '/tags/file', '/tags/own'],
      });
    },
  );

  test('a list of words, the old form of tags, gives way as a whole', () => {
    const { data, refused } = taken(
      rights('characters', { scope: 'tags' }),
      { tags: ['a', 'b'] },
      { tags: { origin_type: 'game', x: 1 } },
    );
    expect(data).toEqual({ tags: { origin_type: 'game' } });
    expect(refused).toEqual(['/tags/x']);
  });

  test(
    verifies('llm.allowed-fields', 'ids, file names and paths are refused at any depth and in any category'),
    () => {
      const evil = {
        ...{ lora: { lora_name: '/etc/passwd', lora_weight: 9, lora_triggers: 'x' }, workflow: '../w.json' },
        ...{
          filename: 'a',
          path: 'b',
          image_path: 'c',
          checkpoint_path: 'd',
          look_id: 'e',
          character_id: 'f',
        },
        constructor: { prototype: 'g' },
      };
      for (const category of Object.keys(categories) as CategoryName[]) {
        const { data } = taken(rights(category), {}, { ...evil, [categories[category].nameField]: 'Name' });
        const rest = categories[category].lora === null ? {} : { lora: { lora_triggers: 'x' } };
        expect(data, category).toEqual({ [categories[category].nameField]: 'Name', ...rest });
      }
    },
  );

  test('an own key called __proto__ is refused and nobody inherits it', () => {
    const after = JSON.parse(
      '{"__proto__": {"polluted": true}, "identity": {"__proto__": "x", "hair": "red"}}',
    ) as EntityData;
    const { data, refused } = taken(rights('characters'), {}, after);
    expect(data).toEqual({ identity: { hair: 'red' } });
    expect(refused).toEqual(['/__proto__/polluted', '/identity/__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('sections, outfits by name and fields of the schema are taken; others, and too long ones, are not', () => {
    const after = {
      wardrobe: { beach: { top: 'shirt', unknown: 'x' }, default: { top: ['a', 'b'] } },
      styles: { aesthetic: 'ink', primary_color: 'red' },
      participants: { solo_focus: 'true' },
      identity: { hair: 'x'.repeat(5000), eyes: { deep: 1 }, extra: 'fine' },
    };
    const { data, refused } = taken(rights('characters'), {}, after);
    expect(data).toEqual({
      wardrobe: { beach: { top: 'shirt' }, default: { top: ['a', 'b'] } },
      ...{ styles: after.styles, participants: after.participants, identity: { extra: 'fine' } },
    });
    expect(refused).toEqual(['/identity/eyes/deep', '/identity/hair', '/wardrobe/beach/unknown']);
  });

  test('a preset names only what it was given, and a VAE only what the notes name', () => {
    const parts = {
      character: { idField: 'character_id', ids: ['elke'], mayBeRandom: true },
      checkpoint: { idField: 'checkpoint_path', ids: ['a.safetensors'], mayBeRandom: false },
    };
    const good = {
      character: { character_id: 'elke', use_lora: true, fields: { identity: { hair: 'random' } } },
    };
    expect(
      taken(rights('presets', { parts }), {}, { ...good, checkpoint: { checkpoint_path: 'a.safetensors' } }),
    ).toMatchObject({
      refused: [],
    });
    const bad = {
      character: { character_id: 'stranger', lora_name: 'x' },
      checkpoint: { checkpoint_path: '__random__' },
    };
    expect(taken(rights('presets', { parts }), {}, bad)).toEqual({
      data: {},
      refused: ['/character/character_id', '/character/lora_name', '/checkpoint/checkpoint_path'],
    });
    const vae = (name: string, notes: string) =>
      taken(rights('checkpoints', { notes }), {}, { vae: name }).data;
    expect(vae('integrated', '')).toEqual({ vae: 'integrated' });
    expect(vae('own.safetensors', 'use own.safetensors')).toEqual({ vae: 'own.safetensors' });
    expect(vae('other.safetensors', 'use own.safetensors')).toEqual({});
  });

  test('a pointer and its path say the same', () => {
    for (const path of [['a/b', '~c', ''], ['tags'], ['~1', '/']])
      expect(pathOf(pointerTo(path))).toEqual(path);
  });
});
