import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { categories, categoryBySingular, categoryList, categoryNames, partCategories } from '../src/index.ts';
import { faultsOf } from './declaration-rules.ts';

describe('the declarations', () => {
  test('stand in the order of their names, each under its own', () => {
    expect(Object.keys(categories)).toEqual([...categoryNames]);
    expect(categoryList.map(({ name }) => name)).toEqual([...categoryNames]);
  });

  test.each(categoryList.map((declaration) => [declaration.name, declaration] as const))(
    '%s is consistent in itself',
    (_name, declaration) => {
      expect(faultsOf(declaration)).toEqual([]);
    },
  );

  test.each(['name', 'singular', 'folder', 'label', 'idField', 'nameField', 'icon', 'systemPrompt'] as const)(
    'no two share their %s',
    (key) => {
      const values = categoryList.map((declaration) => declaration[key]);
      expect(new Set(values).size).toBe(values.length);
    },
  );

  test('no two of one node and rank compete for a LoRA slot', () => {
    const slots = categoryList.flatMap(({ lora }) =>
      lora === null ? [] : [`${lora.node}/${lora.priority}`],
    );
    expect(new Set(slots).size).toBe(slots.length);
    const stacked = categoryList.flatMap(({ lora }) => (lora?.stackOrder == null ? [] : [lora.stackOrder]));
    expect(stacked.toSorted()).toEqual([1, 2, 3, 4, 5]);
  });

  test('take the slots that the workflow has: look before character, then outfit, action, and style before detailer before scene', () => {
    const chain = categoryList
      .flatMap(({ singular, lora }) => (lora === null ? [] : [{ singular, ...lora }]))
      .sort((a, b) => a.node - b.node || a.priority - b.priority);
    expect(chain.map(({ node, singular }) => `${node} ${singular}`)).toEqual([
      '16 look',
      '16 character',
      '17 outfit',
      '18 action',
      '19 style',
      '19 detailer',
      '19 scene',
    ]);
  });

  test('are found by the singular that presets and prompt files use', () => {
    expect(categoryBySingular('outfit')?.folder).toBe('clothing');
    expect(categoryBySingular('outfits')).toBeUndefined();
  });

  test('leave checkpoints and presets out of the parts of a prompt', () => {
    const parts = partCategories.map(({ name }) => name);
    expect(categoryNames.filter((name) => !parts.includes(name))).toEqual(['checkpoints', 'presets']);
  });

  test('replace their covers only on the checkpoint page unless asked', () => {
    expect(
      categoryList.filter(({ generation }) => generation.cover === 'replace').map(({ name }) => name),
    ).toEqual(['checkpoints']);
  });
});

describe('reading is loose', () => {
  const read = (name: keyof typeof categories, data: unknown) => categories[name].schema.safeParse(data);

  test('unknown keys pass and stay', () => {
    const data = { character_id: 'a', house: 'Marrow', identity: { hair: 'red hair', halo: 'gold' } };
    expect(read('characters', data).data).toEqual(data);
  });

  test('text, a list of texts, null and absence are prompt values', () => {
    for (const hair of ['red hair', ['red hair', 'long hair'], ['red hair', null], null, undefined]) {
      expect(read('characters', { identity: { hair } }).success).toBe(true);
    }
  });

  test('a number or an object as prompt value is a fault of that field', () => {
    for (const hair of [7, { color: 'red' }, true]) {
      const issue = read('characters', { identity: { hair } }).error?.issues[0];
      expect(issue?.path).toEqual(['identity', 'hair']);
      expect(issue?.message).toBe('must be text or a list of texts');
    }
  });

  test('people write true and "true"', () => {
    for (const nsfw of [true, false, 'true', ' False ', null])
      expect(read('outfits', { tags: { nsfw } }).success).toBe(true);
    expect(read('outfits', { tags: { nsfw: 'yes' } }).success).toBe(false);
  });

  test('the list of tags that the original wrote is understood', () => {
    expect(read('outfits', { tags: ['uniform', 'nsfw'] }).success).toBe(true);
    expect(read('outfits', { tags: 'uniform' }).success).toBe(false);
  });

  test('a weight may be a number or a text', () => {
    for (const lora_weight of [0.8, '0.8', null])
      expect(read('styles', { lora: { lora_weight } }).success).toBe(true);
    expect(read('styles', { lora: { lora_weight: [0.8] } }).success).toBe(false);
  });

  test('a detailer takes its prompt as a list and as one text', () => {
    expect(read('detailers', { prompt: ['pores'] }).success).toBe(true);
    expect(read('detailers', { prompt: 'pores' }).success).toBe(true);
  });

  test('settings of a checkpoint may be written as text, but not as words', () => {
    expect(read('checkpoints', { steps: '28', cfg: 4.5 }).success).toBe(true);
    expect(read('checkpoints', { steps: 'many' }).error?.issues[0]?.path).toEqual(['steps']);
  });

  test('nothing is no entity', () => {
    for (const data of [null, [], 'elke', 7])
      for (const { name } of categoryList) expect(read(name, data).success, name).toBe(false);
  });
});

describe('the system prompts', () => {
  const prompt = (file: string) =>
    readFileSync(path.resolve(import.meta.dirname, '../../../prompts', file), 'utf8');

  test.each(categoryList.map((declaration) => [declaration.systemPrompt, declaration] as const))(
    '%s says all that its category needs',
    (file, declaration) => {
      const text = prompt(file);
      for (const tool of ['search_tags', 'validate_tags', 'suggest_tags']) expect(text).toContain(tool);
      expect(text).toContain('Content awareness');
      expect(text).toContain('What you may not set');
      expect(text).toContain('JSON');
      expect(text).toContain(`"${declaration.nameField}"`);
      for (const tag of [...declaration.tags.map(({ key }) => key), 'nsfw'])
        expect(text).toContain(`"${tag}"`);
      for (const section of declaration.sections)
        for (const key of section.keys) expect(text, section.name).toContain(`"${key}"`);
    },
  );

  test('the one for tags knows every tag of every category', () => {
    const text = prompt('regenerate_tags_system.txt');
    for (const { tags } of categoryList) for (const { key } of tags) expect(text).toContain(`"${key}"`);
  });

  test('the one for checkpoints has only the base prompts verified', () => {
    expect(prompt('checkpoint_system.txt')).toContain(
      '"base_positive" and "base_negative", and only these two fields',
    );
  });
});
