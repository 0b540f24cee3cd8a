import { categories, categoryList } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { buildForm, keptKeys } from './form.ts';
import { shapeOf } from './shape.ts';

type Name = keyof typeof categories;
const shape = (name: Name) =>
  shapeOf(
    categories[name].schema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as Parameters<
      typeof shapeOf
    >[0],
  );
const form = (name: Name) => buildForm(categories[name], shape(name), categoryList);
const names = (name: Name) => form(name).map((section) => section.name);
const field = (name: Name, path: string) =>
  form(name)
    .flatMap(({ fields }) => fields)
    .find((one) => one.path.join('/') === path);

describe('buildForm', () => {
  it('has the sections of the declaration, what the schema knows beside them, and the LoRA', () => {
    expect(names('characters')).toEqual([
      ...['about', 'identity', 'wardrobe', 'defaults', 'styles', 'participants', 'lora'],
    ]);
    expect(names('checkpoints')).toEqual(['about', 'settings', 'prompts']);
    expect(names('presets')).toEqual(['about', 'parts', 'settings', 'prompts']);
    expect(names('detailers')).toEqual(['about', 'detailer', 'focus', 'lora']);
  });

  it('gives each value the control of its kind', () => {
    expect(field('checkpoints', 'sampler_name')).toMatchObject({ kind: 'choice', choices: 'samplers' });
    expect(field('checkpoints', 'steps')).toMatchObject({ kind: 'number', label: 'Steps' });
    expect(field('looks', 'character_id')).toMatchObject({ kind: 'entity', target: 'characters' });
    expect(field('detailers', 'tags/adetailer_targets')).toMatchObject({ kind: 'list' });
    expect(field('detailers', 'focus/face')).toMatchObject({ kind: 'switch', usual: true });
    expect(field('characters', 'identity/hair')).toMatchObject({ kind: 'prompt', label: 'Hair' });
    expect(field('characters', 'styles/primary_color')).toMatchObject({ kind: 'text' });
    expect(field('looks', 'negative')).toMatchObject({ kind: 'prompt' });
  });

  it('leaves no declared field out, in any category', () => {
    for (const { name, sections, tags } of categoryList) {
      const labels = form(name).flatMap(({ fields }) => fields.map(({ path }) => path.at(-1)));
      const declared = sections.filter((one) => one.name !== 'lora').flatMap(({ keys }) => keys);
      expect(labels).toEqual(expect.arrayContaining([...declared, ...tags.map(({ key }) => key), 'nsfw']));
    }
  });

  it('names the keys that it does not show', () => {
    const data = { character_id: 'a', identity: {}, wardrobe: {}, notes: 'mine', lora: {}, extra_block: {} };
    expect(keptKeys(categories.characters, shape('characters'), data)).toEqual(['notes', 'extra_block']);
  });
});
