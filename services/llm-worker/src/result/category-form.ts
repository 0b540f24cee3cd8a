import { LooseBoolean, PromptValue, categoryList } from '@gaze/contracts';
import type { CategoryDeclaration, CategoryName, TagField } from '@gaze/contracts';
import type { z } from 'zod';
import { forbidden } from './form.ts';
import type { Form } from './form.ts';

/** What of the task the form depends on: names that the model may repeat. */
export interface Known {
  /** Trigger words, training tags and notes of the file: where triggers may come from. */
  triggerSources: readonly string[];
  choices: Partial<Record<CategoryName, readonly { id: string; name: string }[]>>;
  /** Text of the person or the file's author: a VAE may be named only where this does. */
  notes: string;
}

const longestText = 300;
const mostOutfits = 12;
const random = '__random__';
/** Ranges in which a number means something; outside of them it is a slip or a prank. */
const ranges: Readonly<Record<string, [number, number]>> = {
  steps: [1, 150],
  cfg: [0, 30],
  clip_skip: [1, 12],
  width: [256, 4096],
  height: [256, 4096],
  lora_weight: [-2, 2],
};
const whole = new Set(['steps', 'clip_skip', 'width', 'height']);
const programNames = new Set(['sampler_name', 'scheduler']);
const fileNames = new Set([
  'workflow',
  'lora_name',
  'checkpoint_path',
  'filename',
  'file',
  'path',
  'image_path',
]);

/** The form of a whole entry of a category, made of its declaration: a further category needs nothing here. */
export function entryForm(declaration: CategoryDeclaration, known: Known): Form {
  if (declaration.generation.kind === 'preset') return presetForm(declaration, known);
  const keys: Record<string, Form> = {};
  for (const [key, schema] of Object.entries(shapeOf(declaration.schema) ?? {})) {
    keys[key] = rootForm(declaration, known, key, schema);
  }
  keys[declaration.nameField] = { kind: 'text', longest: 120 };
  for (const section of declaration.sections) {
    if (section.name === 'lora') continue;
    const fields = Object.fromEntries(
      [...section.keys, ...(section.silentKeys ?? [])].map((key): [string, Form] => [
        key,
        section.silentKeys?.includes(key) === true
          ? { kind: 'text', longest: 60 }
          : { kind: 'tags', asList: section.atRoot === true && section.keys.length === 1 },
      ]),
    );
    if (section.atRoot === true) Object.assign(keys, fields);
    else {
      const object: Form = { kind: 'object', keys: fields };
      keys[section.name] =
        section.nested === true ? { kind: 'map', value: object, most: mostOutfits } : object;
    }
  }
  return { kind: 'object', keys };
}

/** The form of the `tags` object alone. */
export function tagsForm(fields: readonly TagField[]): Form {
  const keys: Record<string, Form> = { nsfw: { kind: 'boolean', as: 'boolean' } };
  for (const { key, kind } of fields)
    keys[key] = kind === 'list' ? { kind: 'words' } : { kind: 'text', longest: 200 };
  return { kind: 'object', keys };
}

function rootForm(declaration: CategoryDeclaration, known: Known, key: string, schema: z.ZodType): Form {
  if (key === declaration.idField || key.endsWith('_id')) return forbidden.id;
  if (fileNames.has(key)) return forbidden.file;
  if (key === 'tags') return tagsForm(declaration.tags);
  if (key === 'lora') return loraForm(known);
  if (key === 'vae') return vaeForm(known);
  if (programNames.has(key)) return { kind: 'word' };
  return formOf(schema, key);
}

function loraForm({ triggerSources }: Known): Form {
  return {
    kind: 'object',
    keys: {
      lora_name: forbidden.file,
      lora_weight: numberForm('lora_weight'),
      lora_weight_min: forbidden.unasked,
      lora_weight_max: forbidden.unasked,
      lora_triggers: { kind: 'triggers', known: triggerSources },
    },
  };
}

/** A VAE is a file: the checkpoint's own, or one that the notes name. */
function vaeForm({ notes }: Known): Form {
  const named = notes.match(/[\w.-]{1,80}\.(?:safetensors|pt|ckpt)\b/g) ?? [];
  return {
    kind: 'oneOf',
    values: ['integrated', ...named],
    reason: 'A file can be named only where the notes name it.',
  };
}

function numberForm(key: string): Form {
  const [least, most] = ranges[key] ?? [-1e6, 1e6];
  return { kind: 'number', least, most, isWhole: whole.has(key) };
}

/** A form of a field that the declaration's schema alone speaks of. */
function formOf(schema: z.ZodType, key: string): Form {
  if (schema === PromptValue) return { kind: 'tags', asList: false };
  const inner = unwrap(schema);
  if (inner === LooseBoolean || schema === LooseBoolean)
    return { kind: 'boolean', as: key === 'solo_focus' ? 'text' : 'boolean' };
  const shape = shapeOf(inner);
  if (shape !== null) {
    const keys = Object.entries(shape).map(([name, one]): [string, Form] => [
      name,
      name.endsWith('_id') ? forbidden.id : fileNames.has(name) ? forbidden.file : formOf(one, name),
    ]);
    return { kind: 'object', keys: Object.fromEntries(keys) };
  }
  const kinds = kindsOf(inner);
  if (kinds.has('number')) return numberForm(key);
  if (kinds.has('boolean')) return { kind: 'boolean', as: 'boolean' };
  if (kinds.has('array')) return { kind: 'words' };
  if (kinds.has('string')) return { kind: 'text', longest: longestText };
  return forbidden.unasked;
}

interface Def {
  type: string;
  innerType?: z.ZodType;
  shape?: Record<string, z.ZodType>;
  options?: readonly z.ZodType[];
}
const defOf = (schema: z.ZodType): Def => schema.def;

/** Without the layers that only say that it may be missing. */
function unwrap(schema: z.ZodType): z.ZodType {
  const { innerType } = defOf(schema);
  return innerType === undefined || schema === LooseBoolean ? schema : unwrap(innerType);
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | null {
  const def = defOf(unwrap(schema));
  if (def.type === 'object') return def.shape ?? {};
  return def.options?.map(shapeOf).find((shape) => shape !== null) ?? null;
}

function kindsOf(schema: z.ZodType): Set<string> {
  const def = defOf(unwrap(schema));
  return new Set([def.type, ...(def.options ?? []).flatMap((option) => [...kindsOf(option)])]);
}

/** A preset names entries of the library: those it was given, or one left to chance. */
function presetForm(declaration: CategoryDeclaration, known: Known): Form {
  const keys: Record<string, Form> = {
    [declaration.idField]: forbidden.id,
    [declaration.nameField]: { kind: 'text', longest: 120 },
    width: numberForm('width'),
    height: numberForm('height'),
    extra_positive: { kind: 'tags', asList: false },
    extra_negative: { kind: 'tags', asList: false },
    tags: tagsForm(declaration.tags),
  };
  const given = (category: CategoryName): string[] => (known.choices[category] ?? []).map(({ id }) => id);
  const reason = 'It is none of the entries that can be chosen.';
  for (const part of categoryList) {
    if (part.generation.kind === 'preset') continue;
    const isCheckpoint = part.generation.kind === 'checkpoint';
    const id: Form = {
      kind: 'oneOf',
      values: isCheckpoint ? given(part.name) : [...given(part.name), random],
      reason,
    };
    const more: Record<string, Form> = isCheckpoint
      ? {}
      : {
          use_lora: { kind: 'boolean', as: 'boolean' },
          ...(part.sections.some(({ nested }) => nested === true)
            ? { outfit: { kind: 'text', longest: 120 } }
            : {}),
          fields: fieldsForm(part),
        };
    const keysOfPart: Record<string, Form> = {
      [part.idField]: isCheckpoint ? { kind: 'orNull', form: id } : id,
      ...more,
    };
    const form: Form = { kind: 'object', keys: keysOfPart, needs: part.idField };
    keys[part.singular] = { kind: 'orNull', form };
  }
  return { kind: 'object', keys };
}

function fieldsForm({ sections }: CategoryDeclaration): Form {
  const onOff: Form = { kind: 'boolean', as: 'orRandom' };
  const keys = sections.map((section): [string, Form] => [
    section.name,
    { kind: 'object', keys: Object.fromEntries(section.keys.map((key): [string, Form] => [key, onOff])) },
  ]);
  return { kind: 'object', keys: Object.fromEntries(keys) };
}
