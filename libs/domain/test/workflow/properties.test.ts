import type { EntityData, HostCapabilities, RecipeInput, Snapshot, Workflow } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  availableFields,
  buildPrompts,
  DomainError,
  normalise,
  outfitOf,
  splitTags,
  wireWorkflow,
} from '../../src/index.ts';
import type { SourceEntity } from '../../src/index.ts';
import { checkpointPath, defaultTemplate, entity, hostFor, inputOf, snapshotOf } from '../support/build.ts';
import { comfyFaults } from '../support/comfy-rules.ts';
import {
  growth,
  hostileJson,
  hostileText,
  linearGrowth,
  longTexts,
  niceText,
  patientMs,
} from '../support/hostile.ts';

vi.setConfig({ testTimeout: patientMs });

const partNames = ['characters', 'looks', 'outfits', 'actions', 'styles', 'scenes', 'detailers'] as const;
type PartName = (typeof partNames)[number];

/** Entity data of a category whose prompt fields come from `text`. */
function dataOf(category: PartName, id: number, text: fc.Arbitrary<unknown>): fc.Arbitrary<EntityData> {
  const sections = categories[category].sections.map((section) => {
    const keys = fc.dictionary(fc.constantFrom(...section.keys), text, { maxKeys: section.keys.length });
    return [section, keys] as const;
  });
  const lora = fc.record({
    lora_name: fc.constantFrom(
      '',
      `Illustrious/${category}_${id}.safetensors`,
      `Illustrious\\${category}_${id}.safetensors`,
    ),
    lora_weight: fc.constantFrom(undefined, 0, 0.7, '0.4', 'x'),
    lora_triggers: text,
  });
  return fc
    .tuple(lora, ...sections.filter(([section]) => section.name !== 'lora').map(([, keys]) => keys))
    .map(([ownLora, ...values]) => {
      const data: EntityData = { [categories[category].idField]: `${category}_${id}`, lora: ownLora };
      sections
        .filter(([section]) => section.name !== 'lora')
        .forEach(([section], i) =>
          section.atRoot === true ? Object.assign(data, values[i]) : (data[section.name] = values[i]),
        );
      return data;
    });
}

/** A library and a recipe that names all of it. */
function worldOf(
  text: fc.Arbitrary<unknown>,
): fc.Arbitrary<{ entities: SourceEntity[]; recipe: RecipeInput }> {
  const category = (name: PartName) => {
    const most = categories[name].choice === 'one' ? 1 : 2;
    return fc
      .tuple(dataOf(name, 0, text), dataOf(name, 1, text), fc.integer({ min: 0, max: most }))
      .map(([a, b, count]) => [a, b].slice(0, count).map((data) => entity(name, data)));
  };
  const prompt = text.map((value) => (typeof value === 'string' ? value : ''));
  return fc
    .record({
      groups: fc.tuple(...partNames.map(category)),
      useLora: fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
      options: fc.record({
        stackLoras: fc.boolean(),
        background: fc.constantFrom(undefined, true, false),
        faceDetail: fc.constantFrom('on', 'off', 'auto'),
        handDetail: fc.constantFrom('on', 'off', 'auto'),
        extra_positive: prompt,
        extra_negative: prompt,
      }),
    })
    .map(({ groups, useLora, options }) => ({
      entities: groups.flat(),
      recipe: {
        ...options,
        checkpoint: checkpointPath,
        parts: Object.fromEntries(
          partNames.map((name, g) => [
            name,
            (groups[g] ?? []).map(({ slug }, i) => ({ slug, use_lora: useLora[g * 2 + i] ?? true })),
          ]),
        ),
      },
    }));
}

const hosts: fc.Arbitrary<Partial<HostCapabilities>> = fc.constantFrom(
  {},
  { bbox_models: ['bbox/face_yolov8m.pt'] },
  { bbox_models: [] },
  { detailer_schedulers: ['normal'] },
  {
    classes: [
      'CheckpointLoaderSimple',
      'LoraLoader',
      'CLIPTextEncode',
      'CLIPSetLastLayer',
      'EmptyLatentImage',
      'KSampler',
      'VAEDecode',
      'VAELoader',
      'SaveImage',
    ],
  },
);

const resolve = (entities: SourceEntity[], recipe: RecipeInput): Promise<Snapshot> =>
  snapshotOf(entities, recipe, { random: () => 0.5 });

function sources(graph: Workflow, input: 'model' | 'clip'): unknown[] {
  return Object.values(graph)
    .filter((node) => !['LoraLoader', 'CLIPSetLastLayer'].includes(node.class_type))
    .flatMap((node) => (Object.hasOwn(node.inputs, input) ? [node.inputs[input]] : []));
}

describe('properties of graphs', () => {
  test('PROP-1 valid for ComfyUI, no dangling link, every filled slot on the path from 4 to 3, one source for all consumers', async () => {
    await fc.assert(
      fc.asyncProperty(worldOf(niceText), hosts, async ({ entities, recipe }, host) => {
        const snapshot = await resolve(entities, recipe);
        const capabilities = hostFor(snapshot, host);
        const { graph, loras } = wireWorkflow(
          defaultTemplate,
          snapshot,
          buildPrompts(snapshot, defaultTemplate),
          capabilities,
        );
        expect(comfyFaults(graph, capabilities)).toEqual([]);
        const path: string[] = [];
        for (
          let id = (inputOf(graph, '3', 'model') as [string, number])[0];
          id !== '4';
          id = (inputOf(graph, id, 'model') as [string, number])[0]
        )
          path.unshift(id);
        expect(new Set(path)).toEqual(
          new Set(Object.keys(graph).filter((id) => graph[id]?.class_type === 'LoraLoader')),
        );
        expect(path).toHaveLength(loras.length);
        expect(path).toEqual(path.toSorted((a, b) => Number(a) - Number(b)));
        for (const input of ['model', 'clip'] as const)
          expect(new Set(sources(graph, input).map((source) => JSON.stringify(source))).size).toBe(1);
      }),
      { numRuns: 1500 },
    );
  });
  test('PROP-2 same snapshot, same template, same capabilities: same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(worldOf(hostileText), async ({ entities, recipe }) => {
        const snapshot = await resolve(entities, recipe);
        const make = (of: Snapshot): string => {
          const prompts = buildPrompts(of, defaultTemplate);
          return JSON.stringify([prompts, wireWorkflow(defaultTemplate, of, prompts, hostFor(of))]);
        };
        expect(make(structuredClone(snapshot))).toBe(make(snapshot));
      }),
      { numRuns: 500 },
    );
  });
});

describe('properties of prompts', () => {
  const forms = (text: string): Set<string> => new Set(splitTags(text).map(normalise));

  test('PROP-3 dropping a field never adds an entry to main, face or hand', async () => {
    await fc.assert(
      fc.asyncProperty(worldOf(niceText), fc.nat(), fc.nat(), async ({ entities, recipe }, which, drop) => {
        const snapshot = await resolve(entities, recipe);
        const part = snapshot.parts[which % Math.max(1, snapshot.parts.length)];
        if (part === undefined || part.fields.length < 2) return;
        const requests =
          (recipe.parts as Record<string, { slug: string; fields?: string[] }[]>)[part.category] ?? [];
        const pick = (fields: string[]): Promise<Snapshot> =>
          resolve(entities, {
            ...recipe,
            parts: {
              ...recipe.parts,
              [part.category]: requests.map((request) =>
                request.slug === part.slug ? { ...request, fields } : request,
              ),
            },
          });
        const before = buildPrompts(await pick(part.fields), defaultTemplate);
        const after = buildPrompts(
          await pick(part.fields.filter((_, i) => i !== drop % part.fields.length)),
          defaultTemplate,
        );
        for (const prompt of ['main', 'face', 'hand'] as const) {
          expect([...forms(after[prompt])].filter((form) => !forms(before[prompt]).has(form))).toEqual([]);
        }
      }),
      { numRuns: 2000 },
    );
  });
  test('PROP-4 selecting everything equals selecting nothing with no defaults', async () => {
    await fc.assert(
      fc.asyncProperty(worldOf(niceText), async ({ entities, recipe }) => {
        const everything = Object.fromEntries(
          Object.entries(recipe.parts ?? {}).map(([category, requests]) => [
            category,
            (requests as { slug: string }[]).map((request) => {
              const found = entities.find((one) => one.slug === request.slug);
              const declaration = categories[category as PartName];
              const outfit = outfitOf(declaration, found?.data ?? {}, { stored: null });
              return { ...request, fields: availableFields(declaration, found?.data ?? {}, outfit) };
            }),
          ]),
        );
        const all = await resolve(entities, { ...recipe, parts: everything });
        expect(buildPrompts(all, defaultTemplate)).toEqual(
          buildPrompts(await resolve(entities, recipe), defaultTemplate),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe('hostile input', () => {
  test('PROP-5 whatever the data holds, nothing is thrown but a typed error, and no «[object Object]» is written', async () => {
    await fc.assert(
      fc.asyncProperty(
        worldOf(fc.oneof({ weight: 9, arbitrary: hostileText }, { weight: 1, arbitrary: hostileJson })),
        async ({ entities, recipe }) => {
          try {
            const snapshot = await resolve(entities, recipe);
            const prompts = buildPrompts(snapshot, defaultTemplate);
            const { graph } = wireWorkflow(defaultTemplate, snapshot, prompts, hostFor(snapshot));
            expect(comfyFaults(graph, hostFor(snapshot))).toEqual([]);
            expect(Object.values(prompts).join()).not.toContain('[object Object]');
          } catch (error) {
            if (!(error instanceof DomainError)) throw error;
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
  test('PROP-6 whatever the template holds, nothing is thrown but a typed error', async () => {
    const snapshot = await resolve([], {});
    const value = fc.oneof(
      fc.tuple(fc.constantFrom('3', '4', '6', '16', '11', '99', '__proto__'), fc.integer({ min: 0, max: 3 })),
      hostileText,
      hostileJson,
    );
    const classes = fc.constantFrom(
      'KSampler',
      'CheckpointLoaderSimple',
      'EmptyLatentImage',
      'CLIPTextEncode',
      'LoraLoader',
      'FaceDetailer',
      'SaveImage',
      'CLIPSetLastLayer',
      'constructor',
    );
    const inputs = fc.dictionary(
      fc.constantFrom('model', 'clip', 'text', 'positive', 'negative', 'image', 'seed', '__proto__'),
      value,
    );
    const ids = fc.constantFrom(
      '3',
      '4',
      '5',
      '6',
      '7',
      '9',
      '11',
      '13',
      '16',
      '17',
      '21',
      '22',
      '100',
      '__proto__',
    );
    const template = fc.dictionary(ids, fc.record({ class_type: classes, inputs }));
    fc.assert(
      fc.property(template, fc.boolean(), (odd, onDefault) => {
        const workflow: Workflow = onDefault ? { ...defaultTemplate, ...odd } : odd;
        try {
          const { graph } = wireWorkflow(
            workflow,
            snapshot,
            buildPrompts(snapshot, workflow),
            hostFor(snapshot),
          );
          for (const node of Object.values(graph)) {
            for (const input of Object.values(node.inputs)) {
              const isLink =
                Array.isArray(input) &&
                input.length === 2 &&
                typeof input[0] === 'string' &&
                Number.isInteger(input[1]) &&
                (input[1] as number) >= 0;
              if (isLink) expect(Object.hasOwn(graph, (input as [string, number])[0])).toBe(true);
            }
          }
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
        }
      }),
      { numRuns: 5000 },
    );
  });
  test('PROP-7 building and wiring take linear time', async () => {
    const snapshot = await resolve([entity('actions', { action_id: 'a', action: { head: 'x' } })], {
      parts: { actions: [{ slug: 'a' }] },
    });
    const host = hostFor(snapshot);
    const run = (text: string): void => {
      const long = {
        ...snapshot,
        extra_negative: text,
        parts: snapshot.parts.map((part) => ({ ...part, data: { action: { head: text } } })),
      };
      wireWorkflow(defaultTemplate, long, buildPrompts(long, defaultTemplate), host);
    };
    for (const trick of longTexts(24).keys()) {
      expect(await growth(run, (length) => longTexts(length)[trick] ?? '')).toBeLessThan(linearGrowth);
    }
  });
});
