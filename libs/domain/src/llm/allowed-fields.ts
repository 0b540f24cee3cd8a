import type { CategoryDeclaration, EntityData, RefusedField } from '@gaze/contracts';
import type { FieldChange, FieldDifference } from '../entity/merge.ts';
import { sameJson } from '../entity/merge.ts';
import { isObject, own } from '../json.ts';

/** What a task leaves to the model. Whatever is not named here is not the model's, whoever brings it. */
export interface LlmRights {
  declaration: CategoryDeclaration;
  /** `tags`: nothing but tags. `entry`: the text, numbers and tags of a whole entry. */
  scope: 'tags' | 'entry';
  /** Keys at the top of the category's schema; files and ids among them stay refused. */
  knownKeys: readonly string[];
  /** Text of the person or of the file's author: another file than a LoRA can be named only where this does. */
  notes: string;
  /** For presets: the parts that may be named, by the key under which a preset holds them. */
  parts: Readonly<Record<string, PresetPart>>;
}

export interface PresetPart {
  idField: string;
  ids: readonly string[];
  mayBeRandom: boolean;
}

export interface AllowedFields {
  /** Turns the version before into the wanted one. */
  changes: (FieldChange & { before: unknown })[];
  refused: RefusedField[];
}

const fileKeys = new Set([
  'workflow',
  'lora_name',
  'checkpoint_path',
  'filename',
  'file',
  'path',
  'image_path',
]);
const loraKeys = new Set(['lora_weight', 'lora_triggers']);
const everyObjectHas = new Set(['__proto__', 'constructor', 'prototype']);
const longestText = 4000;
const mostItems = 100;
const mostWeight = 2;
const random = '__random__';
const quotedLength = 120;
const mostRefused = 60;

const reasons = {
  id: 'Ids belong to GAZE.',
  file: 'File names and paths belong to GAZE.',
  unasked: 'Nobody asked for it.',
  gone: 'A model does not take fields away.',
  value: 'It is no value that such a field can have.',
  part: 'It is none of the entries that can be chosen.',
} as const;

/**
 * What of a result may go into an entry: compares it field by field with the version before and sorts the differences.
 * This is the second look: the worker has taken only what its form allows, and whoever speaks in its name is not trusted
 * more for it.
 * @param before what the task began with; an empty object for a new entry
 */
export function allowedFields(rights: LlmRights, before: EntityData, after: EntityData): AllowedFields {
  const changes: AllowedFields['changes'] = [];
  const refused: RefusedField[] = [];
  const oldTags = own(before, 'tags');
  // A list of words is the old form of tags: an object takes its place as a whole, judged key by key all the same.
  const isList = Array.isArray(oldTags) && isObject(own(after, 'tags'));
  const tags: [string, unknown][] = [];
  for (const field of leaves([], isList ? { ...before, tags: {} } : before, after)) {
    const reason = refusalOf(rights, field);
    if (reason !== null) {
      if (refused.length < mostRefused)
        refused.push({ pointer: pointerTo(field.path), value: shortened(field.after), reason });
    } else if (isList && field.path[0] === 'tags') tags.push([field.path[1] ?? '', field.after]);
    else changes.push({ path: field.path, value: field.after, before: field.before });
  }
  if (tags.length > 0) changes.push({ path: ['tags'], value: Object.fromEntries(tags), before: oldTags });
  return { changes, refused };
}

/** Down to the last key on both sides, also where the version before has nothing: each key is judged by itself. */
function leaves(path: string[], before: unknown, after: unknown): FieldDifference[] {
  if (sameJson(before, after)) return [];
  if (!isObject(after) || (before !== undefined && before !== null && !isObject(before)))
    return [{ path, before, after }];
  const keys = new Set([...Object.keys(isObject(before) ? before : {}), ...Object.keys(after)]);
  if (keys.size === 0) return [];
  return [...keys].flatMap((key) => leaves([...path, key], own(before, key), own(after, key)));
}

function refusalOf(rights: LlmRights, { path, after }: FieldDifference): string | null {
  const [root = '', ...rest] = path;
  if (path.some((key) => everyObjectHas.has(key))) return reasons.unasked;
  if (root === 'tags') return tagRefusal(rights, rest, after);
  if (rights.scope === 'tags') return reasons.unasked;
  const part = own(rights.parts, root);
  if (part !== undefined) return partRefusal(part as PresetPart, rest, after);
  if (root === rights.declaration.idField || path.some((key) => key.endsWith('_id'))) return reasons.id;
  if (path.some((key) => fileKeys.has(key))) return reasons.file;
  if (after === undefined) return reasons.gone;
  if (root === 'lora') return loraRefusal(rights.declaration, rest, after);
  if (root === 'vae') return vaeRefusal(rights, rest, after);
  if (!isDeclared(rights, root, rest)) return reasons.unasked;
  return isPlain(after) ? null : reasons.value;
}

function tagRefusal({ declaration }: LlmRights, rest: readonly string[], after: unknown): string | null {
  const [key, ...deeper] = rest;
  // Tags in their old form, a list of words, become an object as a whole.
  if (key === undefined) return reasons.value;
  const isKnown = key === 'nsfw' || declaration.tags.some((field) => field.key === key);
  if (!isKnown || deeper.length > 0) return reasons.unasked;
  if (after === undefined) return reasons.gone;
  return (key === 'nsfw' ? typeof after === 'boolean' : isText(after)) ? null : reasons.value;
}

function loraRefusal(
  declaration: CategoryDeclaration,
  rest: readonly string[],
  after: unknown,
): string | null {
  const [key = '', ...deeper] = rest;
  if (declaration.lora === null || !loraKeys.has(key) || deeper.length > 0) return reasons.unasked;
  if (key === 'lora_triggers') return isText(after) ? null : reasons.value;
  return typeof after === 'number' && Math.abs(after) <= mostWeight ? null : reasons.value;
}

function vaeRefusal({ notes, knownKeys }: LlmRights, rest: readonly string[], after: unknown): string | null {
  if (!knownKeys.includes('vae') || rest.length > 0) return reasons.unasked;
  const isNamed = typeof after === 'string' && /^[\w.-]{1,80}$/.test(after) && notes.includes(after);
  return after === 'integrated' || isNamed ? null : reasons.file;
}

/** A part of a preset: which entry it is, how it is used, and nothing that names a file. */
function partRefusal(part: PresetPart, rest: readonly string[], after: unknown): string | null {
  const [key] = rest;
  if (key === undefined) return after === null ? null : reasons.value;
  if (key === part.idField) {
    const isChoice =
      typeof after === 'string' && (part.ids.includes(after) || (part.mayBeRandom && after === random));
    return rest.length === 1 && (isChoice || after === null) ? null : reasons.part;
  }
  if (key === 'use_lora' || key === 'outfit')
    return rest.length === 1 && isPlain(after) ? null : reasons.value;
  if (key !== 'fields' || rest.length > 3) return reasons.unasked;
  return typeof after === 'boolean' || after === 'random' ? null : reasons.value;
}

function isDeclared({ declaration, knownKeys }: LlmRights, root: string, rest: readonly string[]): boolean {
  if (root === declaration.nameField) return rest.length === 0;
  for (const section of declaration.sections) {
    const keys = [...section.keys, ...(section.silentKeys ?? [])];
    if (section.atRoot === true) {
      if (keys.includes(root)) return rest.length === 0;
    } else if (section.name === root && root !== 'lora') {
      const [first = '', second = '', third] = rest;
      if (rest.length === 1) return keys.includes(first);
      return section.nested === true && third === undefined && first.length <= 100 && keys.includes(second);
    }
  }
  return knownKeys.includes(root) && rest.length <= 1;
}

function isText(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= longestText;
  return (
    Array.isArray(value) &&
    value.length <= mostItems &&
    value.every((item) => typeof item === 'string' && item.length <= longestText)
  );
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || Number.isFinite(value) || isText(value);
}

function shortened(value: unknown): string {
  const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= quotedLength ? text : `${text.slice(0, quotedLength)}…`;
}

/** JSON pointer to a field. */
export function pointerTo(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The keys that a JSON pointer names. */
export function pathOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
