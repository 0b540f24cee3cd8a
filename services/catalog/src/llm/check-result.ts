import type {
  CategoryDeclaration,
  EntityData,
  LlmChange,
  LlmResult,
  LlmTask,
  RefusedField,
} from '@gaze/contracts';
import { categories, categoryList } from '@gaze/contracts';
import type { LlmRights, PresetPart } from '@gaze/domain';
import { allowedFields, pathOf, pointerTo, withChanges } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';

/** What of a result may be written, and where. */
export interface CheckedResult {
  /** The entry that it changes; null: it makes a new one. */
  slug: string | null;
  revision: string | null;
  file: string | null;
  name: string;
  changes: LlmChange[];
  refused: RefusedField[];
}

/**
 * Holds a result against the task that was handed out: another entry, another file or another version than the task's is
 * refused as a whole, and a field that is not the model's to set is left out.
 * @throws GazeError invalid_input
 */
export function checkResult(task: LlmTask, result: LlmResult): CheckedResult {
  const declaration = categories[task.category];
  if (result.category !== task.category) throw stranger('category');
  if (task.kind === 'regenerate_tags') {
    if (result.kind !== task.kind) throw stranger('kind');
    if (result.slug !== task.slug || result.revision !== task.revision) throw stranger('slug');
    const { data, slug, revision } = task;
    const after = { ...data, tags: result.tags };
    const checked = judged(declaration, rightsOf(declaration, task, 'tags'), data, after);
    return { slug, revision, file: null, name: nameIn(declaration, data) ?? slug, ...checked };
  }
  if (task.kind === 'create_entity') {
    if (result.kind !== task.kind) throw stranger('kind');
    const name = cleanName(task.name ?? result.name);
    const after = withWord({ ...result.data, [declaration.nameField]: name }, task.nsfw);
    const checked = judged(declaration, rightsOf(declaration, task, 'entry'), {}, after);
    return { slug: null, revision: null, file: null, name, ...checked };
  }
  if (result.kind !== task.kind) throw stranger('kind');
  if (result.file !== task.file.name) throw stranger('file');
  const { existing } = task;
  const name = cleanName(result.name);
  const after = { ...result.data, [declaration.nameField]: name };
  const checked = judged(declaration, rightsOf(declaration, task, 'entry'), existing?.data ?? {}, after);
  return {
    ...{ slug: existing?.slug ?? null, revision: existing?.revision ?? null },
    ...{ file: task.file.name, name, ...checked },
  };
}

/** A person's word on NSFW stands, whatever the model makes of it. */
function withWord(data: EntityData, nsfw: boolean | undefined): EntityData {
  if (nsfw === undefined) return data;
  const { tags } = data;
  const others = typeof tags === 'object' && tags !== null && !Array.isArray(tags) ? tags : {};
  return { ...data, tags: { ...others, nsfw } };
}

function judged(
  declaration: CategoryDeclaration,
  rights: LlmRights,
  before: EntityData,
  after: EntityData,
): { changes: LlmChange[]; refused: RefusedField[] } {
  const { changes, refused } = allowedFields(rights, before, after);
  const parsed = declaration.schema.safeParse(withChanges(before, changes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const pointer = pointerTo((issue?.path ?? []).map(String));
    throw new GazeError(
      'invalid_input',
      `The result is no ${declaration.labelSingular.toLowerCase()}: ${pointer} ${issue?.message ?? 'is not valid'}.`,
      {
        field: pointer,
      },
    );
  }
  return {
    refused,
    changes: changes.map(({ path, value, before: was }) => ({
      pointer: pointerTo(path),
      ...(was === undefined ? {} : { before: was }),
      after: value,
    })),
  };
}

/** What a task leaves to the model, by its category's declaration. */
function rightsOf(declaration: CategoryDeclaration, task: LlmTask, scope: LlmRights['scope']): LlmRights {
  const choices = task.kind === 'create_entity' ? (task.choices ?? {}) : {};
  const isPreset = declaration.generation.kind === 'preset';
  const parts = categoryList
    .filter(({ generation }) => isPreset && generation.kind !== 'preset')
    .map((part): [string, PresetPart] => [
      part.singular,
      {
        idField: part.idField,
        ids: (choices[part.name] ?? []).map(({ id }) => id),
        mayBeRandom: part.generation.kind === 'part',
      },
    ]);
  return {
    ...{ declaration, scope },
    knownKeys: keysOf(declaration),
    notes:
      task.kind === 'create_entity' ? task.description : task.kind === 'bulk_create' ? task.file.notes : '',
    parts: Object.fromEntries(parts),
  };
}

function keysOf({ schema }: CategoryDeclaration): string[] {
  return 'shape' in schema && typeof schema.shape === 'object' && schema.shape !== null
    ? Object.keys(schema.shape)
    : [];
}

/** @throws GazeError invalid_input for a name that nobody could read */
function cleanName(name: string): string {
  // Control characters, and those that turn the direction of text.
  const clean = name.replace(/[\p{Cc}\p{Bidi_Control}\s]+/gu, ' ').trim();
  if (clean !== '' && clean.length <= 200 && /[\p{L}\p{N}]/u.test(clean)) return clean;
  throw new GazeError('invalid_input', 'The result has no name that an entry could have.', { field: 'name' });
}

function nameIn({ nameField }: CategoryDeclaration, data: EntityData): string | null {
  const name = data[nameField];
  return typeof name === 'string' && name.trim() !== '' ? name.trim() : null;
}

function stranger(field: string): GazeError {
  return new GazeError('invalid_input', `The result is that of another task: its ${field} differs.`, {
    field: `result.${field}`,
  });
}

/** The changes as fields; those that a person did not choose are left out. */
export function chosenChanges(
  changes: readonly LlmChange[],
  pointers: readonly string[] | null,
): { path: string[]; value: unknown }[] {
  return changes
    .filter(({ pointer }) => pointers === null || pointers.includes(pointer))
    .map(({ pointer, after }) => ({ path: pathOf(pointer), value: after }));
}
