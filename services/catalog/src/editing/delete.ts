import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { CategoryName } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import { knownSlugs } from '../library/scan-store.ts';
import { hashOf } from '../library/own-files.ts';
import { scanFiles } from '../library/scan.ts';
import { madeBy } from './authors.ts';
import { checkText } from './check-text.ts';
import { refuseOther } from './conflict.ts';
import type { Current } from './current.ts';
import { openEntity } from './current.ts';
import { deleteFile } from './delete-file.ts';
import type { DeletePlan } from './delete-file.ts';
import type { WriteDeps } from './deps.ts';
import { bytesOf, removeFile } from './file-steps.ts';
import { modelOf, planModelTrash, purgeModel } from './model-files.ts';
import { restoreFile } from './restore-file.ts';
import { settlePending } from './settle.ts';
import type { TrashRow } from './trash-store.ts';
import { stateOf, trashById, trashRoot } from './trash-store.ts';
import { textWithoutMark } from './versions.ts';

export interface DeleteRequest {
  category: CategoryName;
  slug: string;
  /** Its model file goes along. */
  hard: boolean;
  if_match?: string | undefined;
  by: string;
}

const tries = 5;

/**
 * Moves an entity into the trash, from where it can come back with all that was known of it.
 * @returns the id of what lies in the trash
 * @throws GazeError not_found; conflict; data_error where the file is broken, or the model file cannot go along
 */
export async function deleteEntity(deps: WriteDeps, request: DeleteRequest): Promise<string> {
  const { category, slug } = request;
  return deps.lock.run(category, async () => {
    for (let attempt = 1; attempt <= tries; attempt++) {
      const current = await openEntity(deps, category, slug);
      refuseOther(current, request.if_match);
      const plan = await planDelete(deps, request, current);
      const { declaration, filename } = current;
      const revision = {
        category,
        slug,
        filename,
        before: current,
        after: null,
        by: madeBy(request.by),
        action: 'delete' as const,
        plan,
      };
      if (await deleteFile(deps, declaration, revision)) return plan.trash.id;
    }
    throw new GazeError(
      'conflict',
      'The file is being edited all the time. Nothing was deleted; try again in a moment.',
    );
  });
}

async function planDelete(deps: WriteDeps, request: DeleteRequest, current: Current): Promise<DeletePlan> {
  const { declaration, slug, name, filename, hash } = current;
  const id = randomUUID();
  const model = request.hard ? modelOf(declaration, current.data, filename) : null;
  if (model !== null) await refuseShared(deps, current, model.name);
  return {
    type: 'delete',
    model: model === null ? null : await planModelTrash(deps.modelRoots, model, id),
    state: await stateOf(deps.db, declaration.name, slug),
    trash: {
      ...{ id, category: declaration.name, slug, name, filename, hash, deleted_by: madeBy(request.by) },
      file: join(trashRoot, declaration.folder, `${slug}.${id}.json`),
    },
  };
}

/** A model file that others use stays: they would render nothing any more. */
async function refuseShared(deps: WriteDeps, current: Current, name: string): Promise<void> {
  const others = await deps.db
    .selectFrom('entity')
    .select(['name', 'category'])
    .where('lora_name', '=', name)
    .where('gone_at', 'is', null)
    .where(sql<boolean>`(category, slug) <> (${current.declaration.name}, ${current.slug})`)
    .limit(4)
    .execute();
  if (others.length === 0) return;
  const named = others
    .slice(0, 3)
    .map((other) => `${other.name} (${other.category})`)
    .join(', ');
  throw new GazeError(
    'conflict',
    `${named}${others.length > 3 ? ' and others' : ''} use the same model file «${name}». Nothing was deleted.`,
    { file: name, hint: 'Delete the entry alone; its model file stays for the others.' },
  );
}

/** Brings an entity back under its old address. @throws GazeError conflict where that is taken; not_found */
export async function restoreEntity(
  deps: WriteDeps,
  id: string,
  by: string,
): Promise<{ category: CategoryName; slug: string }> {
  const { category } = await trashById(deps.db, id);
  const declaration = categories[category];
  return deps.lock.run(category, async () => {
    await settlePending(deps, declaration);
    const trashed = await trashById(deps.db, id);
    const bytes = await bytesOf(join(deps.dataDir, trashed.file));
    if (bytes === null) {
      await deps.db.deleteFrom('trash').where('id', '=', id).execute();
      throw new GazeError('not_found', `The file of «${trashed.name}» is not in the trash any more.`, {
        field: 'id',
        file: trashed.file,
      });
    }
    const text = textWithoutMark(bytes);
    const checked = checkText(declaration, text, { marked: bytes[0] === 0xef, filename: trashed.filename });
    await refuseTaken(deps, trashed, checked.slug);
    const commit = await restoreFile(deps, {
      declaration,
      revision: {
        ...{
          category,
          slug: checked.slug,
          filename: trashed.filename,
          before: null,
          by: madeBy(by),
          action: 'restore',
        },
        after: { hash: hashOf(bytes), text },
        plan: { type: 'restore', trash_id: id, file: trashed.file, model: trashed.model },
      },
      bytes,
      state: trashed.state,
    });
    if (commit === 'taken') throw inTheWay(trashed, trashed.filename);
    if (!commit.settled) await scanFiles(deps, declaration, new Set([trashed.filename]));
    return { category, slug: checked.slug };
  });
}

async function refuseTaken(deps: WriteDeps, trashed: TrashRow, slug: string): Promise<void> {
  const [row] = await knownSlugs(deps.db, trashed.category, [slug]);
  if (row !== undefined && !row.gone) throw inTheWay(trashed, row.filename);
}

function inTheWay(trashed: TrashRow, filename: string): GazeError {
  return new GazeError(
    'conflict',
    `«${trashed.name}» cannot come back: ${filename} has its place now. Rename or delete that one first.`,
    { field: 'id', file: filename },
  );
}

/** Removes what lies in the trash for good, its model file too. @throws GazeError not_found */
export async function purgeTrash(deps: WriteDeps, id: string): Promise<void> {
  const { category } = await trashById(deps.db, id);
  await deps.lock.run(category, async () => {
    const trashed = await trashById(deps.db, id);
    await purgeModel(deps.modelRoots, trashed.model);
    await removeFile(join(deps.dataDir, trashed.file));
    await deps.db.deleteFrom('trash').where('id', '=', id).execute();
  });
}

/** Removes for good what was deleted so many days ago. One that cannot be removed stays, and is said in the log. */
export async function purgeOldTrash(deps: WriteDeps, days: number): Promise<void> {
  const rows = await deps.db
    .selectFrom('trash')
    .select(['id', 'name'])
    .where('deleted_at', '<', sql<Date>`now() - make_interval(days => ${days})`)
    .execute();
  for (const { id, name } of rows)
    await purgeTrash(deps, id).catch((error: unknown) =>
      deps.log.warn({ err: error }, `«${name}» could not be removed from the trash; it is tried again`),
    );
}
