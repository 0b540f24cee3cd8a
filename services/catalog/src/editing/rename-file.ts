import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import type { Trx } from '../db/connect.ts';
import { hashOf, linkName, temporaryName } from '../library/own-files.ts';
import type { EntityRow } from '../library/row.ts';
import type { Commit } from './commit-file.ts';
import { commitFile } from './commit-file.ts';
import type { WriteDeps } from './deps.ts';
import {
  bytesOf,
  fileError,
  moveFile,
  putWhereFree,
  removeFile,
  syncFolder,
  writeSynced,
} from './file-steps.ts';
import type { RenamePlan } from './rename-rows.ts';
import { renameRows } from './rename-rows.ts';
import type { NewRevision, PendingRevision } from './revision-store.ts';
import { beginRevision, dropRevision } from './revision-store.ts';

interface Places {
  from: string;
  to: string;
  temporary: string;
  old: string;
}

function placesOf(
  deps: WriteDeps,
  { folder }: CategoryDeclaration,
  id: number,
  plan: RenamePlan,
  filename: string,
): Places {
  const inside = (name: string): string => path.join(deps.dataDir, folder, name);
  return {
    from: inside(plan.from_filename),
    to: inside(filename),
    temporary: inside(temporaryName(id)),
    old: inside(linkName(id)),
  };
}

/**
 * Writes a new version under another name and takes the old file away. From the moment that the old file is aside the
 * rename goes forward after a crash; until then it goes back. To be called under the folder's lock.
 */
export async function renameFile(
  deps: WriteDeps,
  write: { declaration: CategoryDeclaration; revision: NewRevision & { plan: RenamePlan }; bytes: Buffer },
): Promise<Commit | 'changed' | 'taken'> {
  const { declaration, revision, bytes } = write;
  const step = deps.onStep ?? (() => Promise.resolve());
  const id = await beginRevision(deps.db, revision);
  const places = placesOf(deps, declaration, id, revision.plan, revision.filename);
  await step('pending');
  try {
    await writeSynced(places.temporary, bytes);
    await step('written');
    if (!(await putWhereFree(places.temporary, places.to))) {
      await removeFile(places.temporary);
      await dropRevision(deps.db, id);
      return 'taken';
    }
    await removeFile(places.temporary);
    await step('linked');
    await moveFile(places.from, places.old);
    await step('renamed');
    if (!(await holds(places.old, revision.before?.hash))) {
      await back(places, bytes);
      await dropRevision(deps.db, id);
      return 'changed';
    }
  } catch (error) {
    await back(places, bytes);
    await dropRevision(deps.db, id);
    throw fileError(error, `${declaration.folder}/${revision.plan.from_filename}`);
  }
  await step('verified');
  const commit = await commitFile(
    deps,
    { declaration, filename: revision.filename, bytes, revisionId: id },
    renameAlso(deps, revision, revision.plan),
  );
  await step('committed');
  await removeFile(places.old);
  return commit;
}

/** What the commit of a rename does beside the row. */
export function renameAlso(
  deps: Pick<WriteDeps, 'events'>,
  revision: Pick<NewRevision, 'category' | 'filename' | 'by'>,
  plan: RenamePlan,
): (trx: Trx, row: EntityRow) => Promise<void> {
  return (trx, row) =>
    renameRows(trx, deps.events, {
      category: revision.category,
      fromSlug: plan.from_slug,
      toSlug: row.slug,
      fromId: plan.from_id,
      toId: plan.to_id,
      filename: revision.filename,
      by: revision.by,
    });
}

/** After a crash: true where the old file was aside already, and the rename is through now. */
export async function finishRename(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  pending: PendingRevision,
  plan: RenamePlan,
): Promise<boolean> {
  const places = placesOf(deps, declaration, pending.id, plan, pending.filename);
  const bytes = await bytesOf(places.to);
  if (bytes === null || hashOf(bytes) !== pending.after_hash) return false;
  if ((await bytesOf(places.from)) !== null || !(await holds(places.old, pending.before_hash))) return false;
  const revision = { category: pending.category, filename: pending.filename, by: pending.made_by };
  await commitFile(
    deps,
    { declaration, filename: pending.filename, bytes, revisionId: pending.id },
    renameAlso(deps, revision, plan),
  );
  await removeFile(places.old);
  return true;
}

/** After a crash: the old file has its name again, and the new one is gone unless somebody has written to it. */
export async function rollBackRename(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  pending: PendingRevision,
  plan: RenamePlan,
): Promise<'forgotten'> {
  const places = placesOf(deps, declaration, pending.id, plan, pending.filename);
  const bytes = await bytesOf(places.to);
  await back(places, bytes !== null && hashOf(bytes) === pending.after_hash ? bytes : null);
  await dropRevision(deps.db, pending.id);
  return 'forgotten';
}

/** Nothing that somebody else wrote is removed: where both names are taken, the old file stays aside. */
async function back(places: Places, written: Buffer | null): Promise<void> {
  await removeFile(places.temporary).catch(() => undefined);
  if ((await bytesOf(places.old)) !== null && (await putWhereFree(places.old, places.from)))
    await removeFile(places.old);
  const there = await bytesOf(places.to);
  if (written !== null && there?.equals(written) === true && (await bytesOf(places.from)) !== null)
    await removeFile(places.to);
  await syncFolder(path.dirname(places.to));
}

async function holds(file: string, hash: string | null | undefined): Promise<boolean> {
  const bytes = await bytesOf(file);
  return bytes !== null && hashOf(bytes) === hash;
}
