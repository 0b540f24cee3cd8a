import { categories } from '@gaze/contracts';
import { selectFields } from '@gaze/domain';
import { describe, expect, it } from 'vitest';
import {
  asDefaults,
  declaredFields,
  fieldsInPrompt,
  isSameChoice,
  keyLabel,
  nothing,
  switchField,
} from './fields.ts';

const declared = declaredFields(categories.scenes);
const populated = ['scene::background', 'scene::lighting', 'lora::lora_triggers'];

describe('declaredFields', () => {
  it('lists every address of a category in canonical order', () => {
    expect(declared).toEqual([
      'scene::background',
      'scene::foreground',
      'scene::furniture',
      'scene::colors',
      'scene::lighting',
      'scene::theme',
      'lora::lora_triggers',
    ]);
  });
});

describe('fieldsInPrompt', () => {
  it('takes the choice, else the saved defaults with the triggers, else all', () => {
    expect([...fieldsInPrompt(['scene::theme'], ['scene::colors'], declared)]).toEqual(['scene::theme']);
    expect([...fieldsInPrompt(null, ['scene::colors'], declared)]).toEqual([
      'scene::colors',
      'lora::lora_triggers',
    ]);
    expect([...fieldsInPrompt(null, [], declared)]).toEqual(declared);
  });

  it('agrees with the rule of the domain', () => {
    for (const chosen of [null, ['scene::lighting'], [nothing]]) {
      const on = fieldsInPrompt(chosen, [], declared);
      expect(populated.filter((address) => on.has(address))).toEqual(selectFields(chosen, [], populated));
    }
  });
});

describe('switchField', () => {
  it('switches one field and keeps the canonical order', () => {
    const off = switchField(new Set(declared), 'scene::colors', declared);
    expect(off).toEqual(declared.filter((address) => address !== 'scene::colors'));
    expect(switchField(new Set(off), 'scene::colors', declared)).toEqual(declared);
  });

  it('keeps blank fields in, so that text that comes later is in the prompt', () => {
    expect(switchField(new Set(declared), 'scene::background', declared)).toContain('scene::theme');
  });

  it('says «none» in a list that the domain takes as a choice', () => {
    const none = switchField(new Set(['scene::theme']), 'scene::theme', declared);
    expect(none).toEqual([nothing]);
    expect(selectFields(none, ['scene::background'], populated)).toEqual([]);
  });
});

describe('defaults', () => {
  it('saves nothing in particular where every populated field is in', () => {
    expect(asDefaults(new Set(declared), populated)).toEqual([]);
    expect(asDefaults(new Set(['scene::lighting']), populated)).toEqual(['scene::lighting']);
  });

  it('compares choices by the fields that have text', () => {
    expect(isSameChoice(new Set(declared), new Set(populated), populated)).toBe(true);
    expect(isSameChoice(new Set(declared), new Set(['scene::lighting']), populated)).toBe(false);
  });
});

it('shows keys as people say them', () => {
  expect(['base_specs', 'full_body', 'lora_triggers', 'hair'].map(keyLabel)).toEqual([
    'base',
    'full body',
    'triggers',
    'hair',
  ]);
});
