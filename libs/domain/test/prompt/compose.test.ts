import type { RecipeInput, Snapshot } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { buildPrompts, splitTags } from '../../src/index.ts';
import { defaultTemplate, entity, snapshotOf } from '../support/build.ts';
import { actions, joss, library, looks, mira } from '../support/library.ts';

const all = { random: () => 0.5 };
const prompts = async (recipe: RecipeInput, entities = library) =>
  buildPrompts(await snapshotOf(entities, recipe, all), defaultTemplate);
const main = async (recipe: RecipeInput, entities = library): Promise<string> =>
  (await prompts(recipe, entities)).main;
const parts = (of: Record<string, string[]>): RecipeInput['parts'] =>
  Object.fromEntries(
    Object.entries(of).map(([category, slugs]) => [category, slugs.map((slug) => ({ slug }))]),
  );

const everything = parts({
  characters: ['mira_voss'],
  looks: ['mira_casual'],
  outfits: ['maid_01'],
  actions: ['sitting'],
  styles: ['watercolor'],
  scenes: ['beach'],
  detailers: ['skin'],
});

describe('main', () => {
  test('MAIN-0 the whole order', async () => {
    expect(splitTags(await main({ parts: everything, extra_positive: 'tea cup' }))).toEqual([
      ...['1girl', 'solo focus'],
      ...[
        'pale skin',
        'tall',
        'long silver hair',
        'braid',
        'amber_eyes',
        'black nails',
        'slim waist',
        'long legs',
        'beauty mark',
      ],
      ...['maid dress', 'maid headdress', 'wrist cuffs', 'white gloves', 'apron', 'ribbon'],
      ...['casual clothes', 'denim jacket'],
      ...[
        'sitting',
        'chair',
        'crossed legs',
        'head tilt',
        'looking at viewer',
        'arm support',
        'hand on own cheek',
      ],
      ...['ocean', 'beach', 'sand', 'parasol', 'blue theme', 'sunlight', 'summer'],
      'smirk',
      ...['art nouveau', 'muted colors', 'hoshino_ren', 'watercolor', 'paper texture'],
      ...['detailed skin', 'pores'],
      ...['miracasual', 'maidx', 'sitx', 'wcx'],
      'tea cup',
    ]);
  });

  test.each([
    ['no participants', undefined],
    ['empty participants', {}],
    ['null', null],
    ['blank orientation', { orientation: ' ', solo_focus: true }],
  ])('MAIN-1 %s: (solo:1.2)', async (_name, participants) => {
    const character = entity('characters', {
      ...joss.data,
      ...(participants === undefined ? {} : { participants }),
    });
    expect(await main({ parts: parts({ characters: ['joss'] }) }, [character])).toBe(
      '(solo:1.2), 1boy, short brown hair, hoodie, jeans, smile',
    );
  });
  test.each([
    [true, true],
    ['TRUE', true],
    [' true ', true],
    [false, false],
    ['no', false],
    [undefined, false],
  ])('MAIN-1 solo_focus %j', async (solo_focus, focused) => {
    const character = entity('characters', { ...joss.data, participants: { orientation: '1M', solo_focus } });
    const tags = splitTags(await main({ parts: parts({ characters: ['joss'] }) }, [character]));
    expect(tags.slice(0, 2)).toEqual(focused ? ['1boy', 'solo focus'] : ['1boy', 'short brown hair']);
  });
  test('MAIN-1 without a character neither', async () => {
    expect(await main({ parts: parts({ actions: ['running'] }) })).toBe('running');
  });

  test('MAIN-2 the active wardrobe, or the outfits’ in its place, in the order of selection', async () => {
    expect(await main({ parts: parts({ characters: ['mira_voss'] }), outfit_name: 'beach' })).toContain(
      'beauty mark, swimsuit, straw hat, bracelet',
    );
    const both = await main({ parts: parts({ characters: ['mira_voss'], outfits: ['armor', 'maid_01'] }) });
    expect(both).toContain('beauty mark, breastplate, gauntlets, maid dress, maid headdress');
    expect(both).not.toContain('white shirt');
  });
  test('MAIN-2 an outfit that says nothing but its LoRA takes the place all the same', async () => {
    const text = await main({ parts: parts({ characters: ['mira_voss'], outfits: ['lora_only'] }) });
    expect(text).not.toContain('white shirt');
    expect(text).toContain('onlyx');
  });

  test('MAIN-4 a populated action replaces the default pose, whatever of it is selected; an empty one does not', async () => {
    expect(await main({ parts: parts({ characters: ['mira_voss'], actions: ['sitting'] }) })).not.toContain(
      'arms crossed',
    );
    const one = {
      characters: [{ slug: 'mira_voss' }],
      actions: [{ slug: 'sitting', fields: ['action::head'] }],
    };
    expect(await main({ parts: one })).not.toContain('arms crossed');
    expect(await main({ parts: one })).not.toContain('crossed legs');
    expect(await main({ parts: parts({ characters: ['mira_voss'], actions: ['empty'] }) })).toContain(
      'arms crossed',
    );
  });
  test('MAIN-5 a scene replaces the default scene', async () => {
    expect(await main({ parts: parts({ characters: ['mira_voss'] }) })).toContain('rooftop, dusk');
    expect(await main({ parts: parts({ characters: ['mira_voss'], scenes: ['beach'] }) })).not.toContain(
      'rooftop',
    );
  });
  test('MAIN-6 several of one category stand in the order of selection', async () => {
    expect(await main({ parts: parts({ actions: ['running', 'sitting'] }) })).toMatch(/^running, sitting/);
    expect(await main({ parts: parts({ styles: ['ink', 'watercolor'] }) })).toMatch(/^ink wash, hoshino_ren/);
  });
  test('MAIN-9 triggers of wired LoRAs only, in chain order', async () => {
    const two = parts({ outfits: ['armor', 'maid_01'] });
    expect(await main({ parts: two })).toMatch(/ribbon, armorx$/);
    expect(await main({ parts: two, stackLoras: true })).toMatch(/ribbon, armorx, maidx$/);
    expect(await main({ parts: { outfits: [{ slug: 'armor', use_lora: false }] } })).toBe(
      'breastplate, gauntlets',
    );
    expect(await main({ parts: { outfits: [{ slug: 'armor', fields: ['wardrobe::top'] }] } })).toBe(
      'breastplate',
    );
    expect(await main({ parts: parts({ actions: ['empty'] }) })).toBe('');
  });

  test.each([
    ['outfits', true],
    ['actions', true],
    ['styles', true],
    ['detailers', true],
    ['looks', true],
    ['checkpoints', true],
    ['characters', false],
    ['scenes', false],
    ['presets', false],
  ] as const)('MAIN-10 background on a page of %s by default: %s', async (category, on) => {
    const owner = library.find((one) => one.category === category);
    const recipe: RecipeInput = {
      owner: { category, slug: owner?.slug ?? '' },
      ...(category === 'scenes' ? { parts: { scenes: [] } } : {}),
    };
    expect((await main(recipe)).endsWith('simple background')).toBe(on);
  });
  test('MAIN-10 with the character’s primary colour, off by request, off with a scene, off without a page', async () => {
    const owner = { category: 'outfits', slug: 'armor' } as const;
    const characters = [{ slug: 'mira_voss' }];
    expect(await main({ owner, parts: { characters } })).toMatch(/armorx, teal simple background$/);
    expect(await main({ owner })).toMatch(/armorx, simple background$/);
    expect(await main({ owner, background: false })).not.toContain('simple background');
    expect(await main({ owner, parts: { characters, scenes: [{ slug: 'beach' }] } })).not.toContain(
      'simple background',
    );
    expect(await main({ parts: { characters } })).not.toContain('simple background');
    expect(await main({ parts: { characters }, background: true })).toMatch(/teal simple background$/);
  });
  test('MAIN-11 the request’s extra prompt last; entries once, the weighted copy in the first place', async () => {
    expect(
      await main({ parts: parts({ actions: ['running'] }), extra_positive: '(running:1.3), rain' }),
    ).toBe('(running:1.3), rain');
  });
  test('MAIN-12 tags never enter a prompt', async () => {
    const tagged = entity('actions', {
      ...actions.running.data,
      tags: { participants: '1girl, 1boy', nsfw: true },
    });
    expect(
      Object.values(await prompts({ parts: parts({ actions: ['running'] }) }, [tagged])).join(),
    ).not.toContain('1girl');
  });
});

describe('face and hand', () => {
  test('FACE-1 what it is made of, in order', async () => {
    expect(splitTags((await prompts({ parts: everything })).face)).toEqual([
      ...['1girl', 'pale skin', 'tall', 'long silver hair', 'braid', 'amber_eyes'],
      'maid headdress',
      ...['head tilt', 'looking at viewer'],
      'smirk',
      ...['casual clothes', 'denim jacket'],
      'hoshino_ren',
      ...['art nouveau', 'muted colors'],
      'miracasual',
    ]);
  });
  test('HAND-1 what it is made of, in order', async () => {
    expect(splitTags((await prompts({ parts: everything })).hand)).toEqual([
      ...[
        'black nails',
        'wrist cuffs',
        'white gloves',
        'hand on own cheek',
        'arm support',
        'hoshino_ren',
        'miracasual',
      ],
    ]);
  });
  test('FACE-2 headwear and gloves of the character where no outfit is selected', async () => {
    const { face, hand } = await prompts({ parts: parts({ characters: ['mira_voss'] }) });
    expect(face).toContain('beret');
    expect(hand).toBe('black nails, leather gloves, mirav, mira voss');
  });
  test('FACE-3 selected fields only; nothing of them: empty', async () => {
    const one = { characters: [{ slug: 'mira_voss', fields: ['identity::legs'] }] };
    expect(await prompts({ parts: one })).toMatchObject({
      main: '1girl, solo focus, long legs',
      face: '',
      hand: '',
    });
  });
});

describe('negative', () => {
  const own = 'lowres, worst quality';
  const template = {
    ...defaultTemplate,
    7: { class_type: 'CLIPTextEncode', inputs: { text: own, clip: ['19', 1] } },
  };
  const negative = async (recipe: RecipeInput): Promise<string> =>
    buildPrompts(await snapshotOf(library, recipe, all), template).negative;

  test('NEG-1 look, checkpoint, the template’s own text, the request', async () => {
    expect(await negative({ parts: everything, checkpoint: checkpointSlug, extra_negative: 'rain' })).toBe(
      `armor, beret, text, logo, ${own}, rain`,
    );
  });
  test('NEG-2 what is blank leaves no comma', async () => {
    expect(await negative({ parts: parts({ looks: ['mira_plain'] }), checkpoint: 'x/y.safetensors' })).toBe(
      own,
    );
  });
  test('NEG-3 the look’s negative is a field like any other', async () => {
    expect(
      await negative({
        parts: { looks: [{ slug: 'mira_casual', fields: ['look::positive'] }] },
        checkpoint: 'x/y.safetensors',
      }),
    ).toBe(own);
  });
  test('NEG-4 it is not deduped', async () => {
    expect(await negative({ checkpoint: 'x/y.safetensors', extra_negative: 'lowres' })).toBe(
      `${own}, lowres`,
    );
  });
});

const checkpointSlug = 'Illustrious_meridian_xl_v3_safetensors';

describe('faults', () => {
  const faulty = async (change: (snapshot: Snapshot) => void): Promise<() => unknown> => {
    const snapshot = structuredClone(
      await snapshotOf([mira, looks.casual], { parts: parts({ characters: ['mira_voss'] }) }),
    );
    change(snapshot);
    return () => buildPrompts(snapshot, defaultTemplate);
  };
  test('FAULT-1 a number in a prompt field names file and field, and never becomes text', async () => {
    const build = await faulty((snapshot) =>
      Object.assign(snapshot.parts[0]?.data.identity as object, { hair: { long: true } }),
    );
    expect(build).toThrow(
      expect.objectContaining({
        code: 'data_error',
        field: 'identity::hair',
        file: 'characters/mira_voss.json',
      }),
    );
  });
  test('FAULT-2 an unreadable orientation names the code', async () => {
    const build = await faulty((snapshot) =>
      Object.assign(snapshot.parts[0]?.data.participants as object, { orientation: '0F' }),
    );
    expect(build).toThrow(/«0F» of Mira Voss \(characters\/mira_voss\.json\)/);
  });
});
