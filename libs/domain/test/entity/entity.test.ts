import { categories } from '@gaze/contracts';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  hasOldTags,
  identify,
  isNsfw,
  loraOf,
  loraWeight,
  searchText,
  slugOf,
  subtitleOf,
} from '../../src/index.ts';
import { hostileJson, patientMs } from '../support/hostile.ts';

vi.setConfig({ testTimeout: patientMs });

const { characters, checkpoints, detailers, actions } = categories;

describe('who a file is', () => {
  test('ID-1 the id from the JSON, else the file name; a missing name is the id with spaces', () => {
    expect(identify(characters, { character_id: 'yuna_(ff10)', character_name: 'Yuna' }, 'x.json')).toEqual({
      id: 'yuna_(ff10)',
      name: 'Yuna',
      slug: 'yuna_ff10',
    });
    expect(identify(characters, { character_id: ' ', character_name: null }, 'mira_voss.json')).toEqual({
      id: 'mira_voss',
      name: 'mira voss',
      slug: 'mira_voss',
    });
  });
  test('ID-2 characters outside [a-zA-Z0-9_] are dropped, in a checkpoint replaced', () => {
    expect(slugOf(characters, 'a-b.c d')).toBe('abcd');
    expect(slugOf(checkpoints, 'Illustrious/model.safetensors')).toBe('Illustrious_model_safetensors');
    expect(slugOf(characters, 'ティファ')).toBe('');
  });
  test('ID-3 NSFW is tags.nsfw, absent is no, old tags say it as a word', () => {
    expect(
      [{ tags: { nsfw: true } }, { tags: { nsfw: ' True ' } }, { tags: ['a', 'NSFW'] }].map(isNsfw),
    ).toEqual([true, true, true]);
    expect([{}, { tags: null }, { tags: { nsfw: 'no' } }, { tags: ['nsfw2'] }].map(isNsfw)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([{ tags: ['a'] }, { tags: {} }, {}].map(hasOldTags)).toEqual([true, false, false]);
  });
  test('ID-4 the line of a card: the first declared tag that says something', () => {
    expect(subtitleOf(characters, { tags: { origin_series: ' ', origin_type: 'game' } })).toBe('game');
    expect(subtitleOf(detailers, { tags: { associated_resource: ['skin', 'pores'] } })).toBe('skin, pores');
    expect(subtitleOf(actions, { tags: ['old'] })).toBe('');
  });
  test('ID-5 search finds names, fields of every outfit, triggers, LoRA and tags', () => {
    const text = searchText(characters, {
      character_id: 'mira',
      character_name: 'Mira Voss',
      identity: { hair: 'silver hair' },
      wardrobe: { default: { top: 'shirt' }, beach: { top: ['bikini', 'top'] } },
      styles: { primary_color: 'teal' },
      lora: { lora_name: 'Illustrious/Looks/mira.safetensors', lora_triggers: 'mirav' },
      tags: { origin_series: 'Skyward', nsfw: true },
    });
    for (const word of [
      'mira',
      'Mira Voss',
      'silver hair',
      'shirt',
      'beach',
      'bikini',
      'teal',
      'mira.safetensors',
      'mirav',
      'Skyward',
    ])
      expect(text).toContain(word);
  });
  test('ID-6 facts of any data are told without a throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(categories)),
        fc.dictionary(
          fc.constantFrom('tags', 'lora', 'identity', 'wardrobe', 'action', 'prompt', 'character_id'),
          hostileJson,
        ),
        (declaration, data) => {
          identify(declaration, data, 'x.json');
          isNsfw(data);
          hasOldTags(data);
          subtitleOf(declaration, data);
          searchText(declaration, data);
          loraOf(data);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('LoRA weights', () => {
  const lora = (fields: object) => loraOf({ lora: { lora_name: 'x.safetensors', ...fields } });
  const weight = (fields: object, asked?: number, draw = 0.5): number | undefined => {
    const read = lora(fields);
    return read === null ? undefined : loraWeight(read, asked, () => draw);
  };

  test('WEIGHT-1 the recipe’s first', () => {
    expect(weight({ lora_weight: 0.8, lora_weight_min: 0.1, lora_weight_max: 0.2 }, 0.55)).toBe(0.55);
    expect(weight({ lora_weight: 0.8 }, 0)).toBe(0);
  });
  test('WEIGHT-2 else a draw between min and max, rounded to 0.01, swapped if reversed', () => {
    expect(weight({ lora_weight: 5, lora_weight_min: 0.6, lora_weight_max: 0.9 }, undefined, 0.111)).toBe(
      0.63,
    );
    expect(weight({ lora_weight_min: '0.9', lora_weight_max: '0.6' }, undefined, 0)).toBe(0.6);
    expect(weight({ lora_weight: 0.7, lora_weight_min: 0.6 })).toBe(0.7);
    expect(weight({ lora_weight: 0.7, lora_weight_min: '', lora_weight_max: null })).toBe(0.7);
  });
  test('WEIGHT-3 else lora_weight; a numeric text counts, anything else is 1', () => {
    expect(weight({ lora_weight: ' 0.85 ' })).toBe(0.85);
    for (const odd of [undefined, null, '', ' ', 'strong', Number.NaN, Number.POSITIVE_INFINITY, {}, []])
      expect(weight({ lora_weight: odd })).toBe(1);
  });
  test('WEIGHT-4 clamped to [-10, 10]', () => {
    expect([weight({ lora_weight: 99 }), weight({ lora_weight: -99 }), weight({}, 44)]).toEqual([
      10, -10, 10,
    ]);
    expect(weight({ lora_weight_min: 50, lora_weight_max: 90 })).toBe(10);
  });
  test('WEIGHT-5 no name, no LoRA', () => {
    for (const name of ['', '  ', null, 5]) expect(lora({ lora_name: name })).toBeNull();
    expect(loraOf({})).toBeNull();
  });
  test('WEIGHT-6 draws stay in the span', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -10, max: 10, noNaN: true }),
        fc.double({ min: -10, max: 10, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (a, b, draw) => {
          const drawn = weight({ lora_weight_min: a, lora_weight_max: b }, undefined, draw) ?? Number.NaN;
          expect(drawn).toBeGreaterThanOrEqual(Math.min(a, b) - 0.005);
          expect(drawn).toBeLessThanOrEqual(Math.max(a, b) + 0.005);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
