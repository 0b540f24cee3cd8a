import type { CategoryDeclaration, CategoryName, EntityCreate, EntityData } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { blankEntity, idFromName, idOrNext, nextId, slugOf, withChanges } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import { knownSlugs, removeHidden } from '../library/scan-store.ts';
import { scanFiles } from '../library/scan.ts';
import { fileOf, takenIds } from './addresses.ts';
import { madeBy } from './authors.ts';
import { checkText } from './check-text.ts';
import type { CheckedText } from './check-text.ts';
import { openEntity } from './current.ts';
import type { WriteDeps } from './deps.ts';
import { settlePending } from './settle.ts';
import { changeText, newText } from './text-edit.ts';
import { createFile } from './write-file.ts';

export interface NewEntity {
  declaration: CategoryDeclaration;
  /** Its file's text, the id in it. */
  text: string;
  by: string;
  note?: string | undefined;
}

/**
 * Makes a new entity: blank as its category declares it, or from data or a text. An id that is given is taken as it
 * is or refused; one that follows from the name goes on to the next free one.
 * @throws GazeError invalid_input; conflict where the id is taken
 */
export async function createEntity(deps: WriteDeps, wanted: EntityCreate): Promise<string> {
  const declaration = categories[wanted.category];
  return deps.lock.run(wanted.category, async () => {
    const text = await textOf(deps, declaration, wanted);
    return createLocked(deps, { declaration, text, by: madeBy(wanted.by) });
  });
}

/** Writes a new entity's file under the lock that the caller holds; answers its slug. */
export async function createLocked(deps: WriteDeps, entity: NewEntity): Promise<string> {
  const { declaration, by, note } = entity;
  const { name: category } = declaration;
  await settlePending(deps, declaration);
  const slug = slugIn(declaration, entity.text);
  const checked = checkText(declaration, entity.text, { filename: fileOf(slug) });
  const filename = fileOf(checked.slug);
  await refuseTaken(deps, declaration, checked);
  const commit = await createFile(deps, {
    declaration,
    revision: {
      category,
      slug: checked.slug,
      filename,
      before: null,
      after: checked,
      by,
      action: 'create',
      note,
    },
    bytes: checked.bytes,
    also: (trx) => removeHidden(trx, category, checked.slug),
  });
  if (commit === 'taken') throw taken(checked, `There is a file ${declaration.folder}/${filename} already.`);
  if (!commit.settled) await scanFiles(deps, declaration, new Set([filename]));
  return checked.slug;
}

/** Of data that is still to be checked: what its file would be called, so that faults name it. */
function slugIn(declaration: CategoryDeclaration, text: string): string {
  try {
    const value = (JSON.parse(text) as EntityData)[declaration.idField];
    return typeof value === 'string' ? slugOf(declaration, value.trim()) : 'new';
  } catch {
    return 'new';
  }
}

async function refuseTaken(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  checked: CheckedText,
): Promise<void> {
  const [row] = await knownSlugs(deps.db, declaration.name, [checked.slug]);
  if (row === undefined || row.gone) return;
  throw taken(
    checked,
    `${row.filename} has the ${declaration.idField} «${checked.id}», or one of the same address, already.`,
  );
}

function taken(checked: CheckedText, why: string): GazeError {
  return new GazeError('conflict', `${why} Choose another id.`, {
    field: 'id',
    details: { id: checked.id, slug: checked.slug },
  });
}

async function textOf(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  wanted: EntityCreate,
): Promise<string> {
  const { idField, nameField } = declaration;
  if (wanted.data !== undefined && wanted.text !== undefined)
    throw new GazeError('invalid_input', 'Give either data or a text, not both.', { field: 'text' });
  const given = wanted.text === undefined ? wanted.data : parsedText(declaration, wanted.text);
  const name = wanted.name ?? stringOf(given?.[nameField]);
  const isTaken = await takenIds(deps, declaration);
  const id = wanted.id ?? stringOf(given?.[idField]) ?? idFor(declaration, name, isTaken);
  if (given === undefined)
    return newText(blankEntity(declaration, { id, name: name ?? id.replaceAll('_', ' ') }));
  const identity = [
    { path: [idField], value: id },
    ...(name === undefined ? [] : [{ path: [nameField], value: name }]),
  ];
  if (wanted.text !== undefined)
    return changeText(
      wanted.text.replace(/^\uFEFF/, ''),
      identity.filter(({ path, value }) => given[path[0] ?? ''] !== value),
    );
  // Who is who stands first, where data came without it.
  return newText({
    [idField]: id,
    ...(name === undefined ? {} : { [nameField]: name }),
    ...withChanges(given, identity),
  });
}

function parsedText(declaration: CategoryDeclaration, text: string): EntityData {
  return checkText(declaration, text, { filename: 'new.json' }).data;
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function idFor(
  declaration: CategoryDeclaration,
  name: string | undefined,
  isTaken: (id: string) => boolean,
): string {
  if (name === undefined)
    throw new GazeError('invalid_input', 'A new entry needs a name or an id.', { field: 'name' });
  const id = idFromName(name);
  return idOrNext(id === '' ? `${declaration.singular}_01` : id, isTaken);
}

/** A copy under the next free id. What only the database knows of the original stays with it. */
export async function cloneEntity(
  deps: WriteDeps,
  wanted: {
    category: CategoryName;
    slug: string;
    id?: string | undefined;
    name?: string | undefined;
    by: string;
  },
): Promise<string> {
  return deps.lock.run(wanted.category, async () => {
    const original = await openEntity(deps, wanted.category, wanted.slug);
    const { declaration } = original;
    const id = wanted.id ?? nextId(original.id, await takenIds(deps, declaration));
    const text = changeText(original.text, [
      { path: [declaration.idField], value: id },
      { path: [declaration.nameField], value: wanted.name ?? `${original.name} (Copy)` },
    ]);
    const note = `A copy of ${original.id}.`;
    return createLocked(deps, { declaration, text, by: madeBy(wanted.by), note });
  });
}
