import { readFileSync } from 'node:fs';
import type {
  CategoryName,
  EntityData,
  GenerationDefaults,
  HostCapabilities,
  RecipeInput,
  Snapshot,
  Workflow,
} from '@gaze/contracts';
import { categories, Recipe, Workflow as WorkflowSchema } from '@gaze/contracts';
import { identify, isNsfw, resolveSnapshot, templateDefaults } from '../../src/index.ts';
import type { EntityLoader, SourceEntity, Surroundings } from '../../src/index.ts';

/** The template that ships. */
export const defaultTemplate: Workflow = WorkflowSchema.parse(
  JSON.parse(readFileSync(new URL('../../../../data/workflows/default.json', import.meta.url), 'utf8')),
);

export const checkpointPath = 'Illustrious/meridian_xl_v3.safetensors';

/** An entity as the library would hold it. */
export function entity(
  category: CategoryName,
  data: EntityData,
  rest: Partial<SourceEntity> = {},
): SourceEntity {
  const { id, name, slug } = identify(categories[category], data, 'unnamed.json');
  return {
    category,
    id,
    name,
    slug,
    revision: `rev-${slug}`,
    data,
    default_fields: [],
    active_outfit: null,
    is_nsfw: isNsfw(data),
    ...rest,
  };
}

/** A library in memory. */
function loaderOf(entities: readonly SourceEntity[], wildcards: Record<string, string[]> = {}): EntityLoader {
  const of = (category: CategoryName): SourceEntity[] => entities.filter((one) => one.category === category);
  return {
    entity: (category, slug) => Promise.resolve(of(category).find((one) => one.slug === slug) ?? null),
    byId: (category, id) => Promise.resolve(of(category).find((one) => one.id === id) ?? null),
    candidates: (category, { nsfw, character_id }) =>
      Promise.resolve(
        of(category)
          .filter((one) => nsfw === 'all' || one.is_nsfw === (nsfw === 'nsfw'))
          .filter((one) => character_id === undefined || one.data.character_id === character_id)
          .map((one) => one.slug),
      ),
    checkpoint: (name) =>
      Promise.resolve(of('checkpoints').find((one) => one.id === name || one.slug === name) ?? null),
    wildcard: (name) => Promise.resolve(Object.hasOwn(wildcards, name) ? (wildcards[name] ?? null) : null),
  };
}

export function surroundingsOf(
  template: Workflow = defaultTemplate,
  rest: Partial<Surroundings> = {},
): Surroundings {
  return {
    defaultCheckpoint: null,
    templateFor: () => Promise.resolve({ name: 'default', hash: 'hash', workflow: template }),
    ...rest,
  };
}

/** Gives the numbers in turn, and fails loudly when more are drawn. */
export function draws(...numbers: number[]): (() => number) & { left: () => number } {
  const left = [...numbers];
  const next = (): number => {
    const number = left.shift();
    if (number === undefined) throw new Error('a draw that nobody expected');
    return number;
  };
  return Object.assign(next, { left: () => left.length });
}

/** Resolves a recipe against entities; the seed is 42 unless the recipe says otherwise, so that nothing is drawn by chance. */
export function snapshotOf(
  entities: readonly SourceEntity[],
  recipe: RecipeInput,
  options: { random?: () => number; wildcards?: Record<string, string[]>; surroundings?: Surroundings } = {},
): Promise<Snapshot> {
  const random = options.random ?? draws();
  return resolveSnapshot(
    Recipe.parse({ seed: 42, ...recipe }),
    loaderOf(entities, options.wildcards),
    random,
    options.surroundings ?? surroundingsOf(),
  );
}

/** A host that has everything: what names it has is said by whoever asks. */
export function hostWith(files: Partial<HostCapabilities> = {}): HostCapabilities {
  return {
    host_name: 'B',
    classes: [
      ...[
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
      ...['FaceDetailer', 'UltralyticsDetectorProvider'],
    ],
    checkpoints: [checkpointPath],
    loras: [],
    vaes: ['sdxl_vae.safetensors'],
    samplers: ['euler', 'euler_ancestral', 'dpmpp_2m'],
    schedulers: ['normal', 'karras', 'beta'],
    detailer_schedulers: ['normal', 'karras', 'AYS SDXL'],
    bbox_models: ['bbox/face_yolov8m.pt', 'bbox/hand_yolov8s.pt'],
    ...files,
  };
}

/** A host that has every LoRA of the snapshot. */
export function hostFor(snapshot: Snapshot, files: Partial<HostCapabilities> = {}): HostCapabilities {
  return hostWith({
    checkpoints: [snapshot.checkpoint.path],
    loras: snapshot.parts.flatMap(({ lora }) => lora?.name ?? []),
    ...files,
  });
}

/** What the browser gets from `generation.defaults`. */
export function defaultsOf(template: Workflow = defaultTemplate): GenerationDefaults {
  const { negative, checkpoint, width, height } = templateDefaults(template);
  return {
    template: { name: 'default', hash: 'hash', negative, checkpoint, width, height },
    checkpoint: { path: checkpoint, slug: null, name: checkpoint, data: {} },
  };
}

/** The text of a node, or whatever stands there instead. */
export function inputOf(graph: Workflow, id: string, input: string): unknown {
  return graph[id]?.inputs[input];
}
