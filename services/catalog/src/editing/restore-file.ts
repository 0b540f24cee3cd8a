import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import type { Trx } from '../db/connect.ts';
import type { TrashedState, WritePlan } from '../db/schema.ts';
import { hashOf } from '../library/own-files.ts';
import type { EntityRow } from '../library/row.ts';
import { removeHidden } from '../library/scan-store.ts';
import type { Commit } from './commit-file.ts';
import { commitFile } from './commit-file.ts';
import type { WriteDeps } from './deps.ts';
import { bytesOf, fileError, putWhereFree, removeFile, syncFolder } from './file-steps.ts';
import { bringBackModel } from './model-files.ts';
import type { NewRevision, PendingRevision } from './revision-store.ts';
import { beginRevision, dropRevision } from './revision-store.ts';
import { restoreState } from './trash-store.ts';

export type RestorePlan = Extract<WritePlan, { type: 'restore' }>;

/** Brings a file back from the trash, its model file first. To be called under the folder's lock. */
export async function restoreFile(
  deps: WriteDeps,
  write: {
    declaration: CategoryDeclaration;
    revision: NewRevision & { plan: RestorePlan };
    bytes: Buffer;
    state: TrashedState;
  },
): Promise<Commit | 'taken'> {
  const { declaration, revision, bytes } = write;
  const { plan } = revision;
  const step = deps.onStep ?? (() => Promise.resolve());
  const file = path.join(deps.dataDir, declaration.folder, revision.filename);
  const id = await beginRevision(deps.db, revision);
  await step('pending');
  try {
    if (!(await putWhereFree(path.join(deps.dataDir, plan.file), file))) {
      await dropRevision(deps.db, id);
      return 'taken';
    }
    await syncFolder(path.dirname(file));
    await step('renamed');
    await bringBackModel(deps.modelRoots, plan.model);
  } catch (error) {
    await removeFile(file);
    await dropRevision(deps.db, id);
    throw fileError(error, `${declaration.folder}/${revision.filename}`);
  }
  await step('verified');
  const also = restoreAlso(plan, write.state);
  const commit = await commitFile(
    deps,
    { declaration, filename: revision.filename, bytes, revisionId: id },
    also,
  );
  await step('committed');
  await removeFile(path.join(deps.dataDir, plan.file));
  return commit;
}

function restoreAlso(plan: RestorePlan, state: TrashedState) {
  return async (trx: Trx, row: EntityRow): Promise<void> => {
    await removeHidden(trx, row.category, row.slug);
    // The row has to be there before its state; what the commit writes next is the same again.
    await trx.insertInto('entity').values(row).execute();
    await restoreState(trx, row.category, row.slug, state);
    await trx.deleteFrom('trash').where('id', '=', plan.trash_id).execute();
  };
}

/** After a crash: true where the file lay in its place already, and is restored now. */
export async function finishRestore(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  pending: PendingRevision,
  plan: RestorePlan,
): Promise<boolean> {
  const bytes = await bytesOf(path.join(deps.dataDir, declaration.folder, pending.filename));
  if (bytes === null || hashOf(bytes) !== pending.after_hash) return false;
  const trashed = await deps.db
    .selectFrom('trash')
    .select('state')
    .where('id', '=', plan.trash_id)
    .executeTakeFirst();
  await bringBackModel(deps.modelRoots, plan.model).catch((error: unknown) =>
    deps.log.error(
      { err: error, file: plan.model?.to },
      'a model file could not be brought back from the trash',
    ),
  );
  const also = restoreAlso(plan, trashed?.state ?? {});
  await commitFile(deps, { declaration, filename: pending.filename, bytes, revisionId: pending.id }, also);
  await removeFile(path.join(deps.dataDir, plan.file));
  return true;
}

/** After a crash: it lies in the trash as before. */
export async function rollBackRestore(deps: WriteDeps, pending: PendingRevision): Promise<'forgotten'> {
  await dropRevision(deps.db, pending.id);
  return 'forgotten';
}
