import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import type { WritePlan } from '../db/schema.ts';
import { hashOf } from '../library/own-files.ts';
import { hideRows } from '../library/scan-store.ts';
import type { WriteDeps } from './deps.ts';
import { bytesOf, fileError, moveFile, putWhereFree, removeFile } from './file-steps.ts';
import { bringBackModel, trashModel } from './model-files.ts';
import type { NewRevision, PendingRevision } from './revision-store.ts';
import { beginRevision, dropRevision, endRevision } from './revision-store.ts';

export type DeletePlan = Extract<WritePlan, { type: 'delete' }>;

/**
 * Moves an entity's file into the trash, its model file before it where that goes along. To be called under the
 * folder's lock. False: the file is not the one that was looked at any more, and lies where it was.
 */
export async function deleteFile(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  revision: NewRevision & { plan: DeletePlan },
): Promise<boolean> {
  const { plan } = revision;
  const step = deps.onStep ?? (() => Promise.resolve());
  const file = path.join(deps.dataDir, declaration.folder, revision.filename);
  const trashed = path.join(deps.dataDir, plan.trash.file);
  const id = await beginRevision(deps.db, revision);
  await step('pending');
  try {
    if (plan.model !== null) await trashModel(deps.modelRoots, plan.model);
    await step('linked');
    await moveFile(file, trashed);
  } catch (error) {
    await bringBackModel(deps.modelRoots, plan.model);
    await dropRevision(deps.db, id);
    throw fileError(error, `${declaration.folder}/${revision.filename}`);
  }
  await step('renamed');
  const bytes = await bytesOf(trashed);
  if (bytes !== null && hashOf(bytes) !== revision.before?.hash && (await putWhereFree(trashed, file))) {
    await removeFile(trashed);
    await bringBackModel(deps.modelRoots, plan.model);
    await dropRevision(deps.db, id);
    return false;
  }
  await step('verified');
  await commitDelete(deps, declaration, id, revision.filename, plan);
  await step('committed');
  return true;
}

async function commitDelete(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  revisionId: number,
  filename: string,
  plan: DeletePlan,
): Promise<void> {
  const { name: category } = declaration;
  await deps.db.transaction().execute(async (trx) => {
    await trx
      .insertInto('trash')
      .values({
        ...plan.trash,
        model: plan.model === null ? null : JSON.stringify(plan.model),
        state: JSON.stringify(plan.state),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    await endRevision(trx, revisionId);
    for (const slug of await hideRows(trx, category, [filename]))
      await deps.events.emit(trx, { type: 'entity.removed', category, slug });
  });
  deps.lock.wrote(category);
  deps.events.wake();
}

/** After a crash: true where the file was in the trash already, and is deleted now. */
export async function finishDelete(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  pending: PendingRevision,
  plan: DeletePlan,
): Promise<boolean> {
  if ((await bytesOf(path.join(deps.dataDir, plan.trash.file))) === null) return false;
  await commitDelete(deps, declaration, pending.id, pending.filename, plan);
  return true;
}

/** After a crash: the entity was not deleted, so its model file comes back. */
export async function rollBackDelete(
  deps: WriteDeps,
  pending: PendingRevision,
  plan: DeletePlan,
): Promise<'forgotten'> {
  await bringBackModel(deps.modelRoots, plan.model).catch((error: unknown) =>
    deps.log.error(
      { err: error, file: plan.model?.to },
      'a model file could not be brought back from the trash',
    ),
  );
  await dropRevision(deps.db, pending.id);
  return 'forgotten';
}
