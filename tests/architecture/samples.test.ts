import { createHash } from 'node:crypto';
import path from 'node:path';
import { categories, categoryList, Recipe, Workflow } from '@gaze/contracts';
import type { CategoryName, EntityData, HostCapabilities, RecipeInput } from '@gaze/contracts';
import { buildPrompts, identify, isNsfw, resolveSnapshot, wireWorkflow } from '@gaze/domain';
import type { EntityLoader, SourceEntity } from '@gaze/domain';
import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { shipped } from '../../libs/contracts/test/shipped-samples.ts';
import { read } from './tree.ts';

const sources = categoryList.flatMap((declaration) =>
  shipped[declaration.name].map((slug): SourceEntity => {
    const text = read(`data/${declaration.folder}/${slug}.json`);
    const data = JSON.parse(text) as EntityData;
    const revision = createHash('sha256').update(text).digest('hex');
    return {
      category: declaration.name,
      ...identify(declaration, data, `${slug}.json`),
      revision,
      data,
      default_fields: [],
      active_outfit: null,
      is_nsfw: isNsfw(data),
    };
  }),
);
const find = (category: CategoryName, is: (source: SourceEntity) => boolean) =>
  Promise.resolve(sources.find((source) => source.category === category && is(source)) ?? null);
const loader: EntityLoader = {
  entity: (category, slug) => find(category, (source) => source.slug === slug),
  byId: (category, id) => find(category, (source) => source.id === id),
  candidates: (category, { character_id }) =>
    Promise.resolve(
      sources
        .filter(
          (source) =>
            source.category === category &&
            (character_id === undefined || source.data.character_id === character_id),
        )
        .map(({ slug }) => slug)
        .sort(),
    ),
  checkpoint: (pathOrSlug) => find('checkpoints', ({ id, slug }) => id === pathOrSlug || slug === pathOrSlug),
  wildcard: (name) =>
    Promise.resolve(
      read(path.posix.join('data/wildcards', `${name}.txt`))
        .split('\n')
        .filter((line) => line.trim() !== '' && !line.startsWith('#')),
    ),
};

const template = {
  name: 'default',
  hash: 'x',
  workflow: Workflow.parse(JSON.parse(read('data/workflows/default.json'))),
};
const surroundings = { defaultCheckpoint: null, templateFor: () => Promise.resolve(template) };

/** A host that has every file the samples name, and the nodes of the template. */
const host: HostCapabilities = {
  host_name: 'Atelier',
  classes: [
    ...new Set(Object.values(template.workflow).map(({ class_type }) => class_type)),
    'CLIPSetLastLayer',
  ],
  checkpoints: sources.filter(({ category }) => category === 'checkpoints').map(({ id }) => id),
  loras: sources
    .flatMap(({ data }) => (data.lora as { lora_name: string } | undefined)?.lora_name ?? [])
    .filter((name) => name !== ''),
  vaes: [],
  samplers: ['euler', 'euler_ancestral', 'dpmpp_2m'],
  schedulers: ['normal', 'karras'],
  detailer_schedulers: ['normal', 'karras'],
  bbox_models: ['bbox/face_yolov8m.pt', 'bbox/hand_yolov8s.pt'],
};

async function render(recipe: RecipeInput, random: () => number) {
  const snapshot = await resolveSnapshot(Recipe.parse({ seed: 42, ...recipe }), loader, random, surroundings);
  const prompts = buildPrompts(snapshot, template.workflow);
  return { snapshot, prompts, ...wireWorkflow(template.workflow, snapshot, prompts, host) };
}

function recipeOf({ category, slug }: SourceEntity): RecipeInput {
  const owner = { category, slug };
  const { kind } = categories[category].generation;
  if (kind === 'preset') return { owner, preset: slug };
  if (kind === 'checkpoint')
    return { owner, checkpoint: slug, parts: { characters: [{ slug: 'elke_marrow' }] } };
  return { owner, parts: { [category]: [{ slug }] } };
}

describe(verifies('samples.render', 'the sample entries'), () => {
  describe.each(sources.map((source) => [`${source.category}/${source.slug}`, source] as const))(
    '%s',
    (_title, source) => {
      test.each([0, 0.5, 0.999])(
        'becomes a workflow of plain text, whatever chance says (%d)',
        async (luck) => {
          const { prompts, graph } = await render(recipeOf(source), () => luck);
          expect(prompts.main).not.toBe('');
          const text = JSON.stringify([prompts, graph]);
          expect(text).not.toMatch(/__[a-z]+__|\{\{|\[object|undefined/);
          expect(text).not.toMatch(/\{[^"{}]*\|[^"{}]*\}/);
        },
      );
    },
  );

  test('Elke wears what she wears, carries her LoRA, and counts as one', async () => {
    const { prompts, loras } = await render({ parts: { characters: [{ slug: 'elke_marrow' }] } }, () => 0);
    expect(prompts.main).toContain('(solo:1.2)');
    expect(prompts.main).toContain('teal coat');
    expect(prompts.main).toContain('elkemarrow');
    expect(prompts.main).not.toContain('red yukata');
    expect(loras).toEqual([{ name: 'Illustrious/Looks/elke_marrow_v2.safetensors', weight: 0.8 }]);
  });

  test('the plain preset brings its parts together and leaves the hat at home', async () => {
    const { prompts, loras, checkpoint } = await render({ preset: 'elke_lantern_night' }, () => 0);
    for (const tag of ['glowing lantern', 'harbor', 'gouache', 'warm light'])
      expect(prompts.main).toContain(tag);
    expect(prompts.main).not.toContain('wide-brimmed hat');
    expect(prompts.negative).toContain('daylight');
    expect(checkpoint).toBe('Illustrious/meridian_xl_v3.safetensors');
    expect(loras.map(({ name }) => name)).toEqual([
      'Illustrious/Looks/elke_marrow_v2.safetensors',
      'Illustrious/Poses/lighting_a_lantern.safetensors',
      'Illustrious/Styles/gouache_grain.safetensors',
    ]);
  });

  test('the preset of chance draws another stranger', async () => {
    const [first, last] = await Promise.all([
      render({ preset: 'wandering_stranger' }, () => 0),
      render({ preset: 'wandering_stranger' }, () => 0.999),
    ]);
    const character = ({ snapshot }: typeof first) =>
      snapshot.parts.find(({ category }) => category === 'characters')?.slug;
    expect(character(first)).not.toBe(character(last));
  });
});
