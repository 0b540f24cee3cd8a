import type { CategoryName, EntityData } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { blankEntity, idFromName, idOrNext, withChanges } from '@gaze/domain';
import type { FieldChange } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import type { DbOrTrx } from '../db/connect.ts';
import { takenIds } from '../editing/addresses.ts';
import { createEntity, createLocked } from '../editing/create.ts';
import type { WriteDeps } from '../editing/deps.ts';
import { editEntity } from '../editing/edit.ts';
import { settlePending } from '../editing/settle.ts';
import { newText } from '../editing/text-edit.ts';
import { chosenChanges } from './check-result.ts';
import { modelKindOf, usersOf } from './known-files.ts';
import { addressNow } from './renamed.ts';
import type { ResultRow } from './results-store.ts';

/** Who wrote it, as its revision says. There is one such revision per job: that is how a result is known to be written. */
const madeByJob = (jobId: string): string => `llm: ${jobId}`;

/**
 * The entry that a job's result has reached, whatever ended us after the rename of its file; null where it has not.
 * A write that was cut off is settled first.
 */
export async function writtenBy(deps: WriteDeps, row: ResultRow): Promise<string | null> {
  const declaration = categories[row.category];
  await deps.lock.run(row.category, () => settlePending(deps, declaration));
  return writtenSlug(deps.db, row);
}

async function writtenSlug(db: DbOrTrx, row: ResultRow): Promise<string | null> {
  const revision = await db
    .selectFrom('entity_revision')
    .select('slug')
    .where('made_by', '=', madeByJob(row.job_id))
    .where('category', '=', row.category)
    .where('state', '=', 'done')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return revision?.slug ?? null;
}

/**
 * Writes a result into the library, under its folder's lock and by the protocol that people's edits take: disjoint edits
 * merge, and a field that somebody else changed too is a conflict.
 * @returns the entry's slug, and whether somebody else's edit is in it too
 * @throws GazeError conflict, not_found, data_error, invalid_input: then nothing is written
 */
export async function writeResult(
  deps: WriteDeps,
  row: ResultRow,
): Promise<{ slug: string; merged: boolean }> {
  const changes = chosenChanges(row.changes, row.pointers);
  if (row.slug !== null) return changeExisting(deps, row, row.slug, changes);
  const slug =
    row.file === null
      ? await createDescribed(deps, row, changes)
      : await createForFile(deps, row, row.file, changes);
  return { slug, merged: false };
}

async function changeExisting(
  deps: WriteDeps,
  row: ResultRow,
  before: string,
  changes: readonly FieldChange[],
) {
  const { category } = row;
  const slug = await addressNow(deps.db, category, before);
  const { merged } = await editEntity(deps, {
    ...{ category, slug, by: madeByJob(row.job_id) },
    change: { type: 'patch', patch: patchOf(changes) },
    if_match: row.overwrite ? undefined : (row.revision ?? undefined),
  });
  return { slug, merged };
}

/** A merge patch, in which null takes a key away: a model takes none. */
function patchOf(changes: readonly FieldChange[]): EntityData {
  const named = changes.filter(({ value }) => value !== null && value !== undefined);
  return named.reduce<EntityData>((patch, change) => withChanges(patch, [change]), {});
}

function createDescribed(deps: WriteDeps, row: ResultRow, changes: readonly FieldChange[]): Promise<string> {
  const { category, name } = row;
  const data = newData(category, name, changes);
  return createEntity(deps, { category, name, data, by: madeByJob(row.job_id) });
}

/** An entry for a model file, unless the file has one by now: a file never gets two. */
async function createForFile(
  deps: WriteDeps,
  row: ResultRow,
  file: string,
  changes: readonly FieldChange[],
): Promise<string> {
  const { category, name } = row;
  const declaration = categories[category];
  const kind = modelKindOf(declaration);
  if (kind === null)
    throw new GazeError('invalid_input', `Entries of ${category} stand for no model file.`, {
      field: 'category',
    });
  return deps.lock.run(category, async () => {
    await settlePending(deps, declaration);
    const [user] = await usersOf(deps.db, kind, [file]);
    if (user !== undefined)
      throw new GazeError('conflict', `«${user.name}» in ${user.category} uses ${file} already.`, {
        field: 'file',
      });
    const stem = idFromName(name);
    const id =
      kind === 'checkpoint'
        ? file
        : idOrNext(stem === '' ? `${declaration.singular}_01` : stem, await takenIds(deps, declaration));
    const plain = newData(category, name, changes);
    const { lora } = plain;
    const data = {
      ...plain,
      [declaration.idField]: id,
      ...(kind === 'lora' ? { lora: { ...(typeof lora === 'object' ? lora : {}), lora_name: file } } : {}),
    };
    return createLocked(deps, {
      declaration,
      text: newText(data),
      by: madeByJob(row.job_id),
      note: `Made for ${file}.`,
    });
  });
}

/** Every field that the category declares, with what the model wrote in it. Without an id: that is GAZE's to give. */
function newData(category: CategoryName, name: string, changes: readonly FieldChange[]): EntityData {
  const declaration = categories[category];
  const blank = blankEntity(declaration, { id: '', name });
  // The outfit that a blank wardrobe begins with is in the way where the model brings its own.
  const brought = declaration.sections.filter(
    (section) =>
      section.nested === true && changes.some(({ path }) => path[0] === section.name && path.length > 2),
  );
  const empty = brought.map((section) => ({ path: [section.name], value: {} }));
  return withChanges(blank, [...empty, ...changes]);
}
