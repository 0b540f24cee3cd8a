import type { CategoryDeclaration, CategoryName } from '@gaze/contracts';
import type { Shape } from './shape.ts';
import type { Path } from './values.ts';
import { fieldLabel } from './labels.ts';

export type ChoiceOf = 'samplers' | 'schedulers' | 'vaes' | 'workflows';

/** One control of the form. */
export interface FormField {
  /** Below the outfit for fields of a wardrobe, else from the root of the data. */
  path: Path;
  label: string;
  kind: 'prompt' | 'text' | 'number' | 'switch' | 'list' | 'choice' | 'entity' | 'facet';
  /** What to say about it. */
  hint?: string;
  choices?: ChoiceOf;
  /** The library that its id is of. */
  target?: CategoryName;
  /** What a switch counts as where the file does not say. */
  usual?: boolean;
  /** A number that is best found by ear: a slider stands beside it. */
  slider?: { min: number; max: number; step: number; usual: number };
}

export interface FormSection {
  name: string;
  label: string;
  kind: 'fields' | 'wardrobe' | 'lora' | 'preset';
  fields: FormField[];
}

type Facts = Pick<
  CategoryDeclaration,
  'name' | 'idField' | 'nameField' | 'sections' | 'lora' | 'tags' | 'generation'
>;

const choiceKeys: Readonly<Record<string, ChoiceOf>> = {
  sampler_name: 'samplers',
  scheduler: 'schedulers',
  vae: 'vaes',
  workflow: 'workflows',
};

const hints: Readonly<Record<string, string>> = {
  base_positive: 'In front of the main, face and hand prompts.',
  base_negative: 'In every negative prompt.',
  primary_color: 'Not in the prompt.',
  secondary_color: 'Not in the prompt.',
  tertiary_color: 'Not in the prompt.',
  clip_skip: 'Layers of the text encoder that are left out: 2 is usual, 1 leaves none out.',
  orientation: 'Such as 1F, 2F or 1F1M.',
};

/** Keys with a place of their own in the form. */
const ownPlaces = new Set(['lora', 'tags']);

/**
 * The form of a category, read out of its declaration and the shape of its schema: a further category needs nothing
 * here.
 * @param others declarations that ids can point into
 */
export function buildForm(
  declaration: Facts,
  shape: Shape,
  others: readonly Pick<CategoryDeclaration, 'name' | 'singular'>[],
): FormSection[] {
  const keys = shape.kind === 'group' ? shape.keys : {};
  const isPreset = declaration.generation.kind === 'preset';
  const singulars = new Set(others.map(({ singular }) => singular));
  const inSections = new Set(
    declaration.sections.flatMap((section) => (section.atRoot === true ? section.keys : [section.name])),
  );
  const free = Object.entries(keys).filter(
    ([key]) =>
      key !== declaration.idField &&
      key !== declaration.nameField &&
      !inSections.has(key) &&
      !ownPlaces.has(key) &&
      !(isPreset && singulars.has(key)),
  );
  const plain = free.filter(([, inner]) => inner.kind !== 'group' && inner.kind !== 'prompt');
  const prompts = free.filter(([, inner]) => inner.kind === 'prompt');
  return [
    section('about', 'About', [
      { path: [declaration.nameField], label: 'Name', kind: 'text' },
      ...plain.filter(([key]) => targetOf(key, others)).flatMap((entry) => fieldsOf([], entry, others)),
      ...declaration.tags.map(({ key, label, kind }) => ({
        ...{ path: ['tags', key], label },
        kind: kind === 'list' ? ('list' as const) : ('facet' as const),
      })),
      { path: ['tags', 'nsfw'], label: 'NSFW', kind: 'switch' },
    ]),
    ...(isPreset ? [{ ...section('parts', 'Comes along', []), kind: 'preset' as const }] : []),
    ...declaration.sections.filter(({ name }) => name !== 'lora').map(promptSection),
    section(
      'settings',
      isPreset ? 'Size' : 'Settings',
      plain.filter(([key]) => !targetOf(key, others)).flatMap((entry) => fieldsOf([], entry, others)),
    ),
    section(
      'prompts',
      'Prompts',
      prompts.flatMap((entry) => fieldsOf([], entry, others)),
    ),
    ...free
      .filter(([, inner]) => inner.kind === 'group')
      .map(([key, inner]) =>
        section(
          key,
          fieldLabel(key),
          Object.entries(inner.kind === 'group' ? inner.keys : {}).flatMap((entry) =>
            fieldsOf([key], entry, others),
          ),
        ),
      ),
    ...(declaration.lora === null ? [] : [{ ...section('lora', 'LoRA', []), kind: 'lora' as const }]),
  ].filter(({ kind, fields }) => kind !== 'fields' || fields.length > 0);
}

const section = (name: string, label: string, fields: FormField[]): FormSection => ({
  ...{ name, label, kind: 'fields', fields },
});

function promptSection({
  name,
  label,
  keys,
  silentKeys = [],
  atRoot,
  nested,
}: CategoryDeclaration['sections'][number]): FormSection {
  const path = atRoot === true || nested === true ? [] : [name];
  const field = (key: string, kind: 'prompt' | 'text'): FormField => ({
    ...{ path: [...path, key], label: fieldLabel(key), kind, ...hintOf(key) },
  });
  return {
    ...{ name, label, kind: nested === true ? 'wardrobe' : 'fields' },
    fields: [...keys.map((key) => field(key, 'prompt')), ...silentKeys.map((key) => field(key, 'text'))],
  };
}

function fieldsOf(
  path: Path,
  [key, shape]: [string, Shape],
  others: readonly Pick<CategoryDeclaration, 'name' | 'singular'>[],
): FormField[] {
  const field = { path: [...path, key], label: fieldLabel(key), ...hintOf(key) };
  const choices = choiceKeys[key];
  const target = targetOf(key, others);
  if (target !== undefined) return [{ ...field, label: target.label, kind: 'entity', target: target.name }];
  if (choices !== undefined) return [{ ...field, kind: 'choice', choices }];
  if (shape.kind === 'group')
    return Object.entries(shape.keys).flatMap((entry) => fieldsOf([...path, key], entry, others));
  // No control can show it: it stays as it is, and the JSON has it.
  if (shape.kind === 'any') return [];
  // A pass that the file does not mention is run.
  return [{ ...field, kind: shape.kind, ...(path[0] === 'focus' && { usual: true }) }];
}

const hintOf = (key: string): { hint?: string } => (hints[key] === undefined ? {} : { hint: hints[key] });

function targetOf(
  key: string,
  others: readonly Pick<CategoryDeclaration, 'name' | 'singular'>[],
): { name: CategoryName; label: string } | undefined {
  const found = others.find(({ singular }) => key === `${singular}_id`);
  return found && { name: found.name, label: fieldLabel(found.singular) };
}

/** Keys at the top of the data that no control of the form shows. They are kept as they are. */
export function keptKeys(
  declaration: Facts,
  shape: Shape,
  data: Readonly<Record<string, unknown>>,
): string[] {
  const inSections = declaration.sections.flatMap((part) => (part.atRoot === true ? part.keys : [part.name]));
  const declared = new Set([...Object.keys(shape.kind === 'group' ? shape.keys : {}), ...inSections]);
  return Object.keys(data).filter((key) => !declared.has(key));
}
