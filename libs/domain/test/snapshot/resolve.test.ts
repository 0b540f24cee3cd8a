import type { RecipeInput } from '@gaze/contracts';
import { Snapshot } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { defaultTemplate, draws, entity, snapshotOf, surroundingsOf } from '../support/build.ts';
import { checkpoint, joss, library, looks, mira, outfits, scenes, styles } from '../support/library.ts';

const fieldsOf = async (recipe: RecipeInput, category: string, entities = library): Promise<string[]> =>
  (await snapshotOf(entities, recipe, { random: () => 0.5 })).parts.find((part) => part.category === category)
    ?.fields ?? [];

describe('draws', () => {
  test('DRAW-1 in category order among slugs in order, then weights by slot, the seed last', async () => {
    const recipe = {
      seed: undefined,
      parts: {
        styles: [{ slug: '__random__' }],
        outfits: [{ slug: 'maid_01' }],
        actions: [{ slug: '__random__' }],
      },
    };
    // actions: empty, running, sitting → sitting; styles: ink, watercolor → ink; the maid's weight; the seed
    const random = draws(0.99, 0.49, 0.5, 0.25);
    const snapshot = await snapshotOf(library.toReversed(), recipe, { random });
    expect(snapshot.parts.map((part) => part.slug)).toEqual(['maid_01', 'sitting', 'ink']);
    expect(snapshot.parts[0]?.lora?.weight).toBe(0.75);
    expect(snapshot.seed).toBe(2 ** 51);
    expect(random.left()).toBe(0);
  });
  test('DRAW-2 a given seed counts up by the job’s place in its batch, modulo 2^53', async () => {
    const seeds = (seed: number) =>
      Promise.all(
        [0, 1, 2].map(
          async (index) =>
            (await snapshotOf([], { seed }, { surroundings: surroundingsOf(defaultTemplate, { index }) }))
              .seed,
        ),
      );
    expect(await seeds(42)).toEqual([42, 43, 44]);
    expect(await seeds(2 ** 53 - 1)).toEqual([2 ** 53 - 1, 0, 1]);
  });
  test('DRAW-3 a weight is drawn for what is wired, and for nothing else', async () => {
    const second = entity('outfits', { ...outfits.maid.data, outfit_id: 'maid_02' });
    const recipe = { parts: { outfits: [{ slug: 'maid_01' }, { slug: 'maid_02' }] } };
    expect(
      (await snapshotOf([outfits.maid, second], recipe, { random: draws(0) })).parts[0]?.lora?.weight,
    ).toBe(0.6);
    const stacked = await snapshotOf(
      [outfits.maid, second],
      { ...recipe, stackLoras: true },
      { random: draws(0, 0.5) },
    );
    expect(stacked.parts.map((part) => part.lora?.weight)).toEqual([0.6, 0.75]);
    const asked = await snapshotOf([outfits.maid], {
      parts: { outfits: [{ slug: 'maid_01', weight: 1.5 }] },
    });
    expect(asked.parts[0]?.lora?.weight).toBe(1.5);
  });
  test('DRAW-4 under the NSFW filter of the request; an empty choice is a clear error', async () => {
    const night = entity('scenes', { scene_id: 'night', tags: { nsfw: true } });
    const recipe = { parts: { scenes: [{ slug: '__random__' }] } };
    expect(
      (await snapshotOf([scenes.beach, night], { ...recipe, nsfw: 'nsfw' }, { random: draws(0) })).parts[0]
        ?.slug,
    ).toBe('night');
    expect(
      (await snapshotOf([scenes.beach, night], { ...recipe, nsfw: 'sfw' }, { random: draws(0.99) })).parts[0]
        ?.slug,
    ).toBe('beach');
    await expect(snapshotOf([scenes.beach], { ...recipe, nsfw: 'nsfw' })).rejects.toThrow(
      expect.objectContaining({
        code: 'no_choice',
        field: 'parts.scenes.0.slug',
        message: expect.stringContaining('There are no scenes that are nsfw') as string,
      }),
    );
  });
  test('DRAW-5 a random look with a character is one of that character’s; none: without, and said', async () => {
    const recipe = (slug: string): RecipeInput => ({
      parts: { characters: [{ slug }], looks: [{ slug: '__random__' }] },
    });
    expect((await snapshotOf(library, recipe('mira_voss'), { random: draws(0.99) })).parts[1]?.slug).toBe(
      'mira_plain',
    );
    const without = await snapshotOf(library, recipe('joss'));
    expect(without.parts.map((part) => part.slug)).toEqual(['joss']);
    expect(without.notes).toEqual([expect.stringContaining('Joss has no look')]);
    const alone = await snapshotOf(
      library,
      { parts: { looks: [{ slug: '__random__' }] } },
      { random: draws(0.99) },
    );
    expect(alone.parts[0]?.slug).toBe('nobody');
  });
  test('DRAW-6 what is drawn twice counts once', async () => {
    const snapshot = await snapshotOf(
      [styles.ink],
      { parts: { styles: [{ slug: '__random__' }, { slug: '__random__' }] } },
      { random: draws(0, 0) },
    );
    expect(snapshot.parts).toHaveLength(1);
    expect(snapshot.notes).toEqual(['Ink was chosen more than once and counts once.']);
  });
});

describe('recipe → snapshot', () => {
  test('SNAP-1 a snapshot is what the contract says, and keeps the recipe', async () => {
    const snapshot = await snapshotOf(
      library,
      {
        owner: { category: 'outfits', slug: 'maid_01' },
        parts: { outfits: [{ slug: 'maid_01' }], characters: [{ slug: 'mira_voss' }] },
      },
      { random: () => 0 },
    );
    expect(Snapshot.parse(snapshot)).toEqual(snapshot);
    expect(snapshot.parts.map(({ category, revision }) => [category, revision])).toEqual([
      ['characters', 'rev-mira_voss'],
      ['outfits', 'rev-maid_01'],
    ]);
  });
  test('SNAP-2 what is not there is named with its place', async () => {
    await expect(
      snapshotOf(library, { parts: { actions: [{ slug: 'sitting' }, { slug: 'flying' }] } }),
    ).rejects.toThrow(
      expect.objectContaining({
        code: 'not_found',
        field: 'parts.actions.1.slug',
        message: expect.stringContaining('«flying»') as string,
      }),
    );
    await expect(snapshotOf(library, { preset: 'gone' })).rejects.toThrow(
      expect.objectContaining({ code: 'not_found', field: 'preset' }),
    );
  });
  test('SNAP-3 one character, one look', async () => {
    for (const category of ['characters', 'looks']) {
      await expect(
        snapshotOf(library, { parts: { [category]: [{ slug: 'mira_voss' }, { slug: 'joss' }] } }),
      ).rejects.toThrow(expect.objectContaining({ code: 'invalid_input', field: `parts.${category}` }));
    }
  });
  test('SNAP-4 checkpoint: the recipe’s, else the preset’s, else the default setting, else the template’s node 4', async () => {
    const path = async (recipe: RecipeInput, defaultCheckpoint: string | null = null) =>
      (
        await snapshotOf(library, recipe, {
          random: () => 0,
          surroundings: surroundingsOf(defaultTemplate, { defaultCheckpoint }),
        })
      ).checkpoint.path;
    expect(await path({ checkpoint: 'x/y.safetensors', preset: 'tea_time' }, 'd/d.safetensors')).toBe(
      'x/y.safetensors',
    );
    expect(await path({ preset: 'tea_time' }, 'd/d.safetensors')).toBe('Noob/noir.safetensors');
    expect(await path({}, 'd/d.safetensors')).toBe('d/d.safetensors');
    expect(await path({})).toBe('Illustrious/meridian_xl_v3.safetensors');
    expect(await path({ checkpoint: 'Noob_noir_safetensors' })).toBe('Noob/noir.safetensors');
    expect(await path({ owner: { category: 'checkpoints', slug: 'Noob_noir_safetensors' } })).toBe(
      'Noob/noir.safetensors',
    );
  });
  test('SNAP-5 a path without JSON renders with the usual settings; a slug without entity is an error', async () => {
    const { checkpoint: plain } = await snapshotOf([], { checkpoint: 'x/y.safetensors' });
    expect(plain).toEqual({
      path: 'x/y.safetensors',
      slug: null,
      name: 'x/y.safetensors',
      revision: null,
      data: {
        checkpoint_path: 'x/y.safetensors',
        steps: 25,
        cfg: 5,
        sampler_name: 'euler_ancestral',
        scheduler: 'normal',
        vae: 'integrated',
        base_positive: '',
        base_negative: '',
      },
    });
    await expect(snapshotOf([], { checkpoint: 'x_y_safetensors' })).rejects.toThrow(
      expect.objectContaining({ code: 'not_found', field: 'checkpoint' }),
    );
  });
  test('SNAP-6 size: the request’s, else the preset’s, else the template’s', async () => {
    const size = async (recipe: RecipeInput): Promise<number[]> => {
      const { width, height } = await snapshotOf(library, recipe, { random: () => 0 });
      return [width, height];
    };
    expect(await size({})).toEqual([832, 1216]);
    expect(await size({ preset: 'tea_time' })).toEqual([1024, 768]);
    expect(await size({ preset: 'tea_time', width: 512 })).toEqual([512, 768]);
  });
  test('SNAP-7 active outfit: asked, stored, default, first; null where an outfit takes its place or nobody is there', async () => {
    const outfit = async (recipe: RecipeInput, entities = library) =>
      (await snapshotOf(entities, recipe, { random: () => 0 })).active_outfit;
    const characters = [{ slug: 'mira_voss' }];
    expect(await outfit({ parts: { characters }, outfit_name: 'beach' })).toBe('beach');
    expect(
      await outfit({ parts: { characters } }, [entity('characters', mira.data, { active_outfit: 'beach' })]),
    ).toBe('beach');
    expect(await outfit({ parts: { characters } })).toBe('default');
    expect(
      await outfit({ parts: { characters, outfits: [{ slug: 'maid_01' }] }, outfit_name: 'beach' }),
    ).toBeNull();
    expect(await outfit({})).toBeNull();
    const missing = await snapshotOf(library, { parts: { characters }, outfit_name: 'gala' });
    expect(missing.notes).toEqual(['Mira Voss has no outfit «gala»; «default» is worn instead.']);
  });
  test('SNAP-8 a character that comes along: identity, triggers, wardrobe unless an outfit takes its place; own fields win', async () => {
    const characters = [{ slug: 'mira_voss' }];
    const owner = { category: 'actions', slug: 'sitting' } as const;
    const along = await fieldsOf({ owner, parts: { characters } }, 'characters');
    expect(along).toContain('identity::hair');
    expect(along).toContain('wardrobe::top');
    expect(along).toContain('lora::lora_triggers');
    expect(along.filter((address) => /^(defaults|styles)/.test(address))).toEqual([]);
    const dressed = await fieldsOf(
      { owner: { category: 'outfits', slug: 'maid_01' }, parts: { characters } },
      'characters',
    );
    expect(dressed.filter((address) => address.startsWith('wardrobe'))).toEqual([]);
    expect(
      await fieldsOf(
        { owner, parts: { characters: [{ slug: 'mira_voss', fields: ['defaults::pose'] }] } },
        'characters',
      ),
    ).toEqual(['defaults::pose']);
    const own = await fieldsOf(
      { owner: { category: 'characters', slug: 'mira_voss' }, parts: { characters } },
      'characters',
    );
    expect(own).toContain('defaults::pose');
    expect(await fieldsOf({ parts: { characters } }, 'characters')).toContain('styles::aesthetic');
  });
  test('SNAP-9 a look’s page brings its character that way; not found: without, and said', async () => {
    const page = (slug: string): RecipeInput => ({
      owner: { category: 'looks', slug },
      parts: { looks: [{ slug }] },
    });
    const snapshot = await snapshotOf(library, page('mira_casual'));
    expect(snapshot.parts.map((part) => part.slug)).toEqual(['mira_voss', 'mira_casual']);
    expect(snapshot.parts[0]?.fields).not.toContain('defaults::pose');
    const orphan = await snapshotOf(library, page('nobody'));
    expect(orphan.parts.map((part) => part.slug)).toEqual(['nobody']);
    expect(orphan.notes).toEqual([expect.stringContaining('«gone»')]);
    expect(
      (
        await snapshotOf(library, {
          ...page('mira_casual'),
          parts: { looks: [{ slug: 'mira_casual' }], characters: [] },
        })
      ).parts,
    ).toHaveLength(1);
    expect((await snapshotOf(library, { parts: { looks: [{ slug: 'mira_casual' }] } })).parts).toHaveLength(
      1,
    );
  });
  test('SNAP-10 without explicit fields the saved defaults count, and the triggers come along', async () => {
    const saved = entity('characters', mira.data, {
      default_fields: ['identity::eyes', 'identity::tail', 'identity::hair'],
    });
    expect(await fieldsOf({ parts: { characters: [{ slug: 'mira_voss' }] } }, 'characters', [saved])).toEqual(
      ['identity::hair', 'identity::eyes', 'lora::lora_triggers'],
    );
    const asked = { parts: { characters: [{ slug: 'mira_voss', fields: ['identity::legs'] }] } };
    const snapshot = await snapshotOf([saved], asked);
    expect(snapshot.parts[0]?.fields).toEqual(['identity::legs']);
    expect(snapshot.parts[0]?.lora?.triggers).toBe('');
  });
  test('SNAP-11 the owner stands in for its own category where the recipe is silent', async () => {
    const snapshot = await snapshotOf(library, { owner: { category: 'styles', slug: 'ink' } });
    expect(snapshot.parts.map((part) => part.slug)).toEqual(['ink']);
    expect(
      (await snapshotOf(library, { owner: { category: 'styles', slug: 'ink' }, parts: { styles: [] } }))
        .parts,
    ).toEqual([]);
  });
  test('SNAP-12 NSFW is what one of its entities is', async () => {
    const lewd = entity('styles', { style_id: 'lewd', tags: { nsfw: 'true' } });
    expect(
      (
        await snapshotOf([lewd, joss], {
          parts: { styles: [{ slug: 'lewd' }], characters: [{ slug: 'joss' }] },
        })
      ).is_nsfw,
    ).toBe(true);
    expect(
      (await snapshotOf([joss, checkpoint], { parts: { characters: [{ slug: 'joss' }] } })).is_nsfw,
    ).toBe(false);
    expect(
      (await snapshotOf([entity('checkpoints', { ...checkpoint.data, tags: { nsfw: true } })], {})).is_nsfw,
    ).toBe(true);
  });
  test('SNAP-13 use_lora: false leaves the LoRA out; strengths of the entity’s own, unless a weight is asked', async () => {
    const lora = { lora_name: 'a', lora_weight: 0.5, strength_model: 0.9, strength_clip: 0.3 };
    const odd = entity('styles', { style_id: 'odd', lora });
    const of = async (part: object) =>
      (await snapshotOf([odd], { parts: { styles: [{ slug: 'odd', ...part }] } })).parts[0]?.lora;
    expect(await of({})).toEqual({ name: 'a', weight: 0.9, clip_weight: 0.3, triggers: '' });
    expect(await of({ weight: 0.7 })).toEqual({ name: 'a', weight: 0.7, triggers: '' });
    expect(await of({ use_lora: false })).toBeNull();
  });
  test('SNAP-14 faults of the data show at once, with file and field', async () => {
    const broken = entity(
      'actions',
      { action_id: 'broken', action: { head: 5 } },
      { filename: 'my action.json' },
    );
    await expect(snapshotOf([broken], { parts: { actions: [{ slug: 'broken' }] } })).rejects.toThrow(
      expect.objectContaining({ code: 'data_error', file: 'actions/my action.json', field: 'action::head' }),
    );
    const odd = entity('characters', { character_id: 'odd', participants: { orientation: 'two' } });
    await expect(snapshotOf([odd], { parts: { characters: [{ slug: 'odd' }] } })).rejects.toThrow(
      expect.objectContaining({ code: 'data_error', file: 'characters/odd.json' }),
    );
    const mixed = entity('characters', { character_id: 'mixed', wardrobe: { top: 'x', beach: {} } });
    await expect(snapshotOf([mixed], { parts: { characters: [{ slug: 'mixed' }] } })).rejects.toThrow(
      expect.objectContaining({ code: 'data_error', field: 'wardrobe' }),
    );
  });
  test('SNAP-15 equal recipe, library and draws: equal snapshot; the library is left as it was', async () => {
    const before = structuredClone(library);
    const make = () =>
      snapshotOf(
        library,
        { preset: 'tea_time', seed: undefined },
        {
          random: draws(0.2, 0.1, 0.9, 0.4),
        },
      );
    expect(await make()).toEqual(await make());
    expect(library).toEqual(before);
    expect(looks.casual.data).toEqual(before.find((one) => one.slug === 'mira_casual')?.data);
  });
});
