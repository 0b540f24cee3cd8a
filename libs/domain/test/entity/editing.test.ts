import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { categories, categoryList, partCategories } from '@gaze/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blankEntity,
  diffData,
  idFromName,
  idOrNext,
  identify,
  lookReference,
  mergeData,
  migratedTags,
  nextId,
  nsfwChanges,
  isNsfw,
  populatedSections,
  presetReferences,
  sameJson,
  transferEntity,
  withChanges,
  withPatch,
} from '../../src/index.ts';

const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const json = fc.letrec<{ value: unknown; object: EntityData }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.oneof(fc.constantFrom('x', 'y'), fc.boolean(), fc.constant(null), fc.integer({ min: 0, max: 3 })),
    tie('object'),
    fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }),
  ),
  object: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries)),
}));

describe('merging edits', () => {
  test('of different fields go together, at any depth', () => {
    const base = { a: 1, deep: { x: 'old', y: 'old', z: 'old' }, gone: 1 };
    const mine = { a: 1, deep: { x: 'mine', y: 'old', z: 'old', mine: 1 } };
    const theirs = { a: 2, deep: { x: 'old', y: 'theirs', z: 'old', theirs: 1 }, gone: 1 };
    const { changes, conflicts } = mergeData(base, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(withChanges(theirs, changes)).toEqual({
      a: 2,
      deep: { x: 'mine', y: 'theirs', z: 'old', theirs: 1, mine: 1 },
    });
  });

  test.each([
    ['two values', { a: 1 }, { a: 2 }, { a: 3 }, [['a']]],
    ['a key that one deleted and one changed', { a: 1 }, {}, { a: 2 }, [['a']]],
    ['an object that one deleted and one changed inside', { a: { b: 1 } }, {}, { a: { b: 2 } }, [['a']]],
    ['lists count as one field', { a: ['x'] }, { a: ['x', 'y'] }, { a: ['z', 'x'] }, [['a']]],
    ['a new key on both sides with different values', {}, { a: { b: 1 } }, { a: { b: 2 } }, [['a', 'b']]],
  ])('%s are a conflict', (_what, base, mine, theirs, fields) => {
    expect(mergeData(base, mine, theirs).conflicts).toEqual(fields);
  });

  test('new objects on both sides merge by their keys; the same edit on both sides counts once', () => {
    const { changes, conflicts } = mergeData({}, { tags: { a: 1, same: 1 } }, { tags: { b: 2, same: 1 } });
    expect(conflicts).toEqual([]);
    expect(withChanges({ tags: { b: 2, same: 1 } }, changes)).toEqual({ tags: { a: 1, b: 2, same: 1 } });
  });

  test('nobody’s edit is lost, whatever the data', () => {
    fc.assert(
      fc.property(json.object, json.object, json.object, (base, mine, theirs) => {
        // One side alone.
        expect(sameJson(withChanges(base, mergeData(base, mine, base).changes), mine)).toBe(true);
        expect(mergeData(base, base, theirs)).toEqual({ changes: [], conflicts: [] });
        const one = mergeData(base, mine, theirs);
        const other = mergeData(base, theirs, mine);
        expect(one.conflicts.length === 0).toBe(other.conflicts.length === 0);
        if (one.conflicts.length > 0) return;
        // Whoever saves last, the outcome is the same.
        const merged = withChanges(theirs, one.changes);
        expect(sameJson(merged, withChanges(mine, other.changes))).toBe(true);
        expect(mergeData(base, mine, merged)).toEqual({ changes: [], conflicts: [] });
      }),
      { numRuns: 2000 },
    );
  });

  test('a diff says what makes one of the other', () => {
    fc.assert(
      fc.property(json.object, json.object, (before, after) => {
        const changes = diffData(before, after).map(({ path, after: value }) => ({ path, value }));
        expect(sameJson(withChanges(before, changes), after)).toBe(true);
        expect(diffData(before, before)).toEqual([]);
      }),
    );
  });

  test('a merge patch follows RFC 7396', () => {
    const cases: [EntityData, EntityData, EntityData][] = [
      [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
      [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
      [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
      [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
      [{ a: 'foo' }, { a: { b: 'x' } }, { a: { b: 'x' } }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
      [{ a: { b: 1 } }, { a: {} }, { a: { b: 1 } }],
    ];
    for (const [data, patch, wanted] of cases) expect(withPatch(data, patch)).toEqual(wanted);
  });
});

describe('ids', () => {
  const taken =
    (...ids: string[]) =>
    (id: string) =>
      ids.includes(id);
  test.each([
    ['tifa', [], 'tifa_02'],
    ['tifa', ['tifa_02'], 'tifa_03'],
    ['maid_01', [], 'maid_02'],
    ['maid_007', ['maid_008'], 'maid_009'],
    ['maid_99', [], 'maid_100'],
    ['a_9', [], 'a_10'],
    ['_5', [], '_6'],
    ['Illustrious/x.safetensors', [], 'Illustrious/x_02.safetensors'],
    ['Illustrious/x_02.safetensors', [], 'Illustrious/x_03.safetensors'],
    ['dotted.name', [], 'dotted.name_02'],
  ])('a copy of %s with %j taken is %s', (id, ids, next) => {
    expect(nextId(id, taken(...ids))).toBe(next);
  });

  test('the next one is always free, and another one', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 30 }), (id, count) => {
        const used = new Set([id]);
        for (let i = 0; i < count; i++) {
          const next = nextId(id, (other) => used.has(other));
          expect(used.has(next)).toBe(false);
          used.add(next);
        }
      }),
    );
  });

  test('where every number is taken it says so', () => {
    expect(() => nextId('a', () => true)).toThrow('too many copies');
  });

  test.each([
    ['Elke Marrow', 'elke_marrow'],
    ['  Ünïcödé & more!', 'unicode_more'],
    ['東京', ''],
  ])('the id of «%s» is «%s»', (name, id) => {
    expect(idFromName(name)).toBe(id);
    expect(idOrNext('x', taken('x'))).toBe('x_02');
  });
});

describe('blank entities', () => {
  test.each(categoryList.map((declaration) => [declaration.name, declaration] as const))(
    'of %s fit their schema',
    (_name, declaration) => {
      const data = blankEntity(declaration, { id: 'Some/id', name: 'Some name' });
      expect(declaration.schema.safeParse(data).error).toBeUndefined();
      expect(identify(declaration, data, 'x.json')).toMatchObject({ id: 'Some/id', name: 'Some name' });
      expect(populatedSections(declaration, data, 'default')).toEqual([]);
      expect(Object.keys(data).slice(0, 2)).toEqual([declaration.idField, declaration.nameField]);
    },
  );

  test('do not share what they are made of', () => {
    const [one, other] = [1, 2].map(() => blankEntity(categories.characters, { id: 'a', name: 'b' }));
    (one?.identity as EntityData).hair = 'red';
    expect((other?.identity as EntityData).hair).toBe('');
  });
});

describe('tags', () => {
  test('old lists become objects', () => {
    expect(migratedTags({ tags: ['a', 'NSFW'] })).toEqual([{ path: ['tags'], value: { nsfw: true } }]);
    expect(migratedTags({ tags: [] })).toEqual([{ path: ['tags'], value: { nsfw: false } }]);
    expect(migratedTags({ tags: { a: 1 } })).toEqual([]);
    expect(migratedTags({})).toEqual([]);
  });

  test('NSFW is what was asked for, whatever the tags were', () => {
    const tags = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.array(fc.constantFrom('a', 'nsfw', ' NSFW ')),
      json.object,
      fc.record({ nsfw: fc.constantFrom(true, 'true', 'no', 1, null) }),
    );
    fc.assert(
      fc.property(tags, fc.boolean(), (value, nsfw) => {
        const data = value === undefined ? {} : { tags: value };
        expect(isNsfw(withChanges(data, nsfwChanges(data, nsfw)))).toBe(nsfw);
      }),
    );
  });
});

describe('references to a renamed entity', () => {
  const renamed = { from: 'el.ke', to: 'wren', fromSlug: 'elke', toSlug: 'wren' };
  const changed = (
    preset: EntityData,
    declaration: CategoryDeclaration = categories.characters,
  ): EntityData => withChanges(preset, presetReferences(preset, declaration, renamed));

  test.each([
    [
      { character: { character_id: 'el.ke', use_lora: true } },
      { character: { character_id: 'wren', use_lora: true } },
    ],
    [{ character: 'elke' }, { character: 'wren' }],
    [{ characters: [{ id: 'el.ke' }, 'other'] }, { characters: [{ id: 'wren' }, 'other'] }],
    [{ character_id: 'el.ke' }, { character_id: 'wren' }],
    [{ character: { character_id: '__random__' } }, { character: { character_id: '__random__' } }],
    [
      { look: { look_id: 'el.ke' }, extra_positive: 'el.ke' },
      { look: { look_id: 'el.ke' }, extra_positive: 'el.ke' },
    ],
  ])('%j', (preset, wanted) => {
    expect(changed(preset)).toEqual(wanted);
  });

  test('a checkpoint is named by its path', () => {
    const preset = { checkpoint: { checkpoint_path: 'el.ke' }, character: { character_id: 'el.ke' } };
    expect(changed(preset, categories.checkpoints)).toEqual({
      checkpoint: { checkpoint_path: 'wren' },
      character: { character_id: 'el.ke' },
    });
  });

  test('looks name their character by its id alone', () => {
    expect(lookReference({ character_id: 'el.ke' }, renamed)).toEqual([
      { path: ['character_id'], value: 'wren' },
    ]);
    expect(lookReference({ character_id: 'elke' }, renamed)).toEqual([]);
  });
});

describe('transfer', () => {
  const transfer = (from: CategoryDeclaration, to: CategoryDeclaration, data: EntityData, outfit?: string) =>
    transferEntity({ from, to, data, id: 'x', name: 'X', ...(outfit === undefined ? {} : { outfit }) });

  test('between every pair is valid and loses no text without saying so', () => {
    const words = fc.array(fc.constantFrom('red', 'blue', 'tall'), { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(
        fc.constantFrom(...partCategories),
        fc.constantFrom(...partCategories),
        fc.array(words, { minLength: 30, maxLength: 30 }),
        (from, to, texts) => {
          const data = blankEntity(from, { id: 's', name: 'S' });
          let i = 0;
          const written: string[] = [];
          for (const section of from.sections) {
            if (section.name === 'lora') continue;
            const whole = section.atRoot === true ? data : (data[section.name] as EntityData);
            const holder = section.nested === true ? (whole.default as EntityData) : whole;
            for (const name of section.keys) {
              const text = `${(texts[i++ % texts.length] ?? []).join(' ')} ${section.name} ${name}`;
              holder[name] = text;
              written.push(text);
            }
          }
          const { data: made, leftOut } = transfer(from, to, data);
          expect(to.schema.safeParse(made).error).toBeUndefined();
          const found = JSON.stringify(made);
          const lost = written.filter((text) => !found.includes(text));
          expect(lost).toHaveLength(leftOut.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('lists stay lists where the field is the same, and become text where it is not', () => {
    const data = { wardrobe: { top: ['shirt', 'vest'], hands: '' } };
    expect(transfer(categories.outfits, categories.characters, data).data).toMatchObject({
      wardrobe: { default: { top: ['shirt', 'vest'] } },
    });
    expect(transfer(categories.outfits, categories.scenes, data).data).toMatchObject({
      scene: { background: 'shirt, vest' },
    });
  });

  test('a negative prompt has a place among negative prompts only', () => {
    const { leftOut } = transfer(categories.looks, categories.styles, { positive: 'a', negative: 'b' });
    expect(leftOut).toEqual(['look::negative']);
  });
});
