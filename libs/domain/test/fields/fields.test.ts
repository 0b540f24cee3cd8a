import { categories, categoryList } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import {
  companionFields,
  DomainError,
  populatedSections,
  availableFields,
  outfitOf,
  selectFields,
  wardrobe,
} from '../../src/index.ts';

const { characters, looks, actions, outfits } = categories;

describe('which fields count', () => {
  const available = ['identity::hair', 'identity::eyes', 'lora::lora_triggers'];

  test('FIELD-1 selected, else saved defaults, else all', () => {
    expect(selectFields(['identity::eyes'], ['identity::hair'], available)).toEqual(['identity::eyes']);
    expect(selectFields([], ['identity::hair'], available)).toEqual(['identity::hair']);
    expect(selectFields(undefined, [], available)).toEqual(available);
    expect(selectFields(null, null, available)).toEqual(available);
  });
  test('FIELD-2 a name that the entity does not have is ignored', () => {
    expect(selectFields(['identity::tail', 'identity::eyes'], [], available)).toEqual(['identity::eyes']);
    expect(selectFields(['identity::tail'], ['identity::eyes'], available)).toEqual([]);
  });
  test('FIELD-3 canonical order, never the order of selection', () => {
    expect(selectFields(['lora::lora_triggers', 'identity::eyes', 'identity::hair'], [], available)).toEqual(
      available,
    );
  });
  test('FIELD-4 a new list: nothing that was handed in changes', () => {
    const result = selectFields([], [], available);
    result.push('x');
    expect(available).toHaveLength(3);
  });

  test('FIELD-5 the addresses of every category, in canonical order', () => {
    const addresses = Object.fromEntries(
      categoryList.map(({ name, sections }) => [
        name,
        sections.map((section) => `${section.name}: ${section.keys.join(' ')}`),
      ]),
    );
    expect(addresses).toEqual({
      characters: [
        'identity: base_specs hair eyes hands arms torso pelvis legs feet extra',
        'wardrobe: full_body headwear top bottom legwear footwear hands gloves accessories',
        'defaults: expression pose scene',
        'styles: aesthetic',
        'lora: lora_triggers',
      ],
      looks: ['look: positive negative', 'lora: lora_triggers'],
      outfits: [
        'wardrobe: full_body headwear top bottom legwear footwear hands gloves accessories',
        'lora: lora_triggers',
      ],
      actions: ['action: full_body additional head eyes arms hands', 'lora: lora_triggers'],
      styles: ['style: artist_name artistic_style', 'lora: lora_triggers'],
      scenes: ['scene: background foreground furniture colors lighting theme', 'lora: lora_triggers'],
      detailers: ['detailer: prompt', 'lora: lora_triggers'],
      checkpoints: [],
      presets: [],
    });
  });

  test('FIELD-6 a companion character: identity, wardrobe and triggers; no defaults, no styles', () => {
    const all = [
      'identity::hair',
      'wardrobe::top',
      'defaults::pose',
      'styles::aesthetic',
      'lora::lora_triggers',
    ];
    expect(companionFields(all)).toEqual(['identity::hair', 'wardrobe::top', 'lora::lora_triggers']);
    expect(all).toHaveLength(5);
  });
});

describe('values', () => {
  test('VALUE-1 text, list of texts, or absent: null and blank count as absent', () => {
    const data = {
      identity: {
        hair: ' long hair ',
        eyes: ['blue', null, ' ', 'large'],
        hands: null,
        arms: '  ',
        torso: [],
      },
    };
    expect(populatedSections(characters, data, null)).toEqual([
      {
        name: 'identity',
        label: 'Identity',
        fields: [
          { address: 'identity::hair', key: 'hair', text: 'long hair' },
          { address: 'identity::eyes', key: 'eyes', text: 'blue, large' },
        ],
      },
    ]);
  });
  test.each([[7], [true], [{ a: 1 }], [['a', 5]], [[['a']]]])(
    'VALUE-2 %j there is a data error that names file and field',
    (value) => {
      const place = { name: 'Tifa', file: 'characters/tifa.json' };
      const read = (): unknown => populatedSections(characters, { identity: { hair: value } }, null, place);
      expect(read).toThrow(DomainError);
      expect(read).toThrow(/«identity::hair» of Tifa \(characters\/tifa\.json\)/);
      expect(read).toThrow(
        expect.objectContaining({
          code: 'data_error',
          field: 'identity::hair',
          file: 'characters/tifa.json',
        }),
      );
    },
  );
  test('VALUE-3 a section that is no object has no fields, and inherited keys are none', () => {
    expect(populatedSections(actions, { action: 'sitting' }, null)).toEqual([]);
    expect(
      populatedSections(
        actions,
        JSON.parse('{"action": {"__proto__": {"head": "x"}}}') as object as Record<string, unknown>,
        null,
      ),
    ).toEqual([]);
  });
  test('VALUE-4 fields at the root, colours never among them', () => {
    expect(
      availableFields(looks, { positive: 'a', negative: 'b', lora: { lora_triggers: 'c' } }, null),
    ).toEqual(['look::positive', 'look::negative', 'lora::lora_triggers']);
    expect(availableFields(characters, { styles: { aesthetic: 'x', primary_color: 'red' } }, null)).toEqual([
      'styles::aesthetic',
    ]);
  });
});

describe('wardrobe', () => {
  test('WARDROBE-1 all text: flat, one outfit called default', () => {
    const flat = wardrobe({ wardrobe: { top: 'shirt', headwear: null, gloves: ['a', 'b'] } });
    expect(flat.shape).toBe('flat');
    expect(Object.keys(flat.outfits)).toEqual(['default']);
    expect(availableFields(characters, { wardrobe: { top: 'shirt' } }, 'default')).toEqual(['wardrobe::top']);
  });
  test('WARDROBE-2 all objects: nested by outfit name', () => {
    const data = {
      wardrobe: { default: { top: 'shirt' }, beach: { full_body: 'swimsuit', headwear: 'straw hat' } },
    };
    expect(Object.keys(wardrobe(data).outfits)).toEqual(['default', 'beach']);
    expect(availableFields(characters, data, 'beach')).toEqual(['wardrobe::full_body', 'wardrobe::headwear']);
    expect(availableFields(characters, data, null)).toEqual([]);
  });
  test('WARDROBE-3 a mixture is a data error', () => {
    const mixed = { wardrobe: { top: 'shirt', beach: { top: 'x' } } };
    expect(() => wardrobe(mixed, { name: 'Tifa', file: 'characters/tifa.json' })).toThrow(
      expect.objectContaining({ code: 'data_error', file: 'characters/tifa.json', field: 'wardrobe' }),
    );
    expect(() => wardrobe({ wardrobe: { top: 5 } })).toThrow(DomainError);
    expect(() => wardrobe({ wardrobe: ['x'] })).toThrow(DomainError);
  });
  test('WARDROBE-4 nothing in it: no outfit', () => {
    for (const data of [{}, { wardrobe: null }, { wardrobe: {} }, { wardrobe: { top: null } }])
      expect(wardrobe(data).outfits).toEqual({});
  });
  test('WARDROBE-5 the active outfit: asked, stored, default, first', () => {
    const data = { wardrobe: { beach: {}, default: {}, night: {} } };
    expect(outfitOf(characters, data, { asked: 'night', stored: 'beach' })).toBe('night');
    expect(outfitOf(characters, data, { asked: 'gone', stored: 'beach' })).toBe('beach');
    expect(outfitOf(characters, data, { stored: 'gone' })).toBe('default');
    expect(outfitOf(characters, { wardrobe: { beach: {}, night: {} } }, { stored: null })).toBe('beach');
    expect(outfitOf(characters, {}, { stored: null })).toBeNull();
    expect(outfitOf(outfits, data, { stored: 'night' })).toBeNull();
  });
  test('WARDROBE-6 an outfit may have any name', () => {
    const data = JSON.parse(
      '{"wardrobe": {"__proto__": {"top": "x"}, "constructor": {"top": "y"}}}',
    ) as Record<string, unknown>;
    expect(Object.keys(wardrobe(data).outfits)).toEqual(['__proto__', 'constructor']);
    expect(outfitOf(characters, data, { asked: 'toString' })).toBe('__proto__');
    expect(availableFields(characters, data, '__proto__')).toEqual(['wardrobe::top']);
  });
});
