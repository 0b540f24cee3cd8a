import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loraSection } from '../src/categories/lora-section.ts';
import { Lora, promptSection, tagSchema } from '../src/categories/declaration.ts';
import type { CategoryDeclaration } from '../src/index.ts';
import { categories, categoryList } from '../src/index.ts';
import { faultsOf } from './declaration-rules.ts';

const keys = ['species', 'coat', 'size'] as const;

/** What somebody writes who adds companions (animals) to GAZE: this declaration and one name more in `categoryNames`. */
const companion: CategoryDeclaration = {
  // The name is the one that a tenth category adds to the enum; here it stands in without touching the nine.
  name: 'companions' as CategoryDeclaration['name'],
  singular: 'companion',
  label: 'Companions',
  labelSingular: 'Companion',
  folder: 'companions',
  icon: 'paw-print',
  idField: 'companion_id',
  nameField: 'companion_name',
  slugRule: 'strip',
  schema: z.looseObject({
    companion_id: z.string().nullish(),
    companion_name: z.string().nullish(),
    companion: promptSection(keys),
    lora: Lora,
    tags: tagSchema([{ key: 'habitat', label: 'Habitat', kind: 'text' }]),
  }),
  sections: [{ name: 'companion', label: 'Companion', keys, main: 55 }, loraSection],
  replaces: [],
  lora: { node: 19, priority: 4, stackOrder: 6 },
  loraFolder: 'Illustrious/Companions/',
  tags: [{ key: 'habitat', label: 'Habitat', kind: 'text' }],
  subtitle: ['habitat'],
  systemPrompt: 'companion_system.txt',
  pickers: [{ category: 'characters', random: true, label: 'character' }],
  choice: 'many',
  generation: { kind: 'part', background: true, cover: 'keep', randomCharacter: true },
};

describe('a tenth category', () => {
  test('keeps the rules of a declaration', () => {
    expect(faultsOf(companion)).toEqual([]);
  });

  test('fits beside the nine: no name, folder, LoRA slot or rank is taken', () => {
    for (const key of ['name', 'singular', 'folder', 'idField', 'systemPrompt'] as const) {
      expect(categoryList.map((declaration) => declaration[key])).not.toContain(companion[key]);
    }
    const slot = ({ lora }: CategoryDeclaration) => (lora === null ? null : `${lora.node}/${lora.priority}`);
    expect(categoryList.map(slot)).not.toContain(slot(companion));
    expect(categoryList.map(({ lora }) => lora?.stackOrder)).not.toContain(companion.lora?.stackOrder);
    const ranks = categoryList.flatMap(({ sections }) => sections.map(({ main }) => main));
    expect(ranks).not.toContain(55);
  });

  test('reads its own files as the others read theirs', () => {
    const file = {
      companion_id: 'fox',
      companion_name: 'Fox',
      companion: { coat: ['red fur', 'white tail'] },
      tags: { habitat: 'Forest', nsfw: 'false' },
    };
    expect(companion.schema.safeParse(file).data).toEqual(file);
    expect(companion.schema.safeParse({ companion: { coat: 3 } }).error?.issues[0]?.path).toEqual([
      'companion',
      'coat',
    ]);
  });

  test('can be added to a map of categories that everything else reads', () => {
    const ten = { ...categories, companions: companion };
    expect(
      Object.values(ten)
        .filter(({ generation }) => generation.kind === 'part')
        .map(({ name }) => name),
    ).toContain('companions');
  });

  test.each([
    [
      'a section uses a key that it lacks',
      {
        sections: [
          { name: 'companion', label: 'C', keys, main: 55, face: { order: 1, keys: ['eyes'] } },
          loraSection,
        ],
      },
      /does not have/,
    ],
    ['a LoRA slot comes without a folder', { loraFolder: null }, /come together/],
    ['the prompt file has another name', { systemPrompt: 'animals.txt' }, /called after/],
    ['the subtitle names no tag', { subtitle: ['colour'] }, /subtitle/],
    [
      'two sections have one rank',
      {
        sections: [
          { name: 'companion', label: 'C', keys, main: 55 },
          { name: 'voice', label: 'V', keys: ['tone'], main: 55 },
          loraSection,
        ],
      },
      /one rank/,
    ],
  ])('is refused when %s', (_title, change, sentence) => {
    expect(faultsOf({ ...companion, ...change }).join(' ')).toMatch(sentence);
  });
});
