import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import { isDatabaseAway } from '../db/errors.ts';
import { hashOf, linkName, revisionOfOwn, temporaryName } from '../library/own-files.ts';
import { parseEntity } from '../library/parse-entity.ts';
import { commitFile } from './commit-file.ts';
import type { WriteDeps } from './deps.ts';
import { finishDelete, rollBackDelete } from './delete-file.ts';
import { bytesOf, inodeOf, removeFile } from './file-steps.ts';
import { finishRename, renameAlso, rollBackRename } from './rename-file.ts';
import { finishRestore, rollBackRestore } from './restore-file.ts';
import type { PendingRevision } from './revision-store.ts';
import { dropRevision, endRevision, pendingRevisions, recordConflict } from './revision-store.ts';
import { textWithoutMark } from './versions.ts';
import { conflictOf } from './write-file.ts';

/**
 * Ends what a crash, or a database that was away, left in the middle: a write whose bytes are in the file is
 * finished, one that never got there is forgotten. To be called under the folder's lock: nobody else writes then.
 */
export async function settlePending(deps: WriteDeps, declaration: CategoryDeclaration): Promise<void> {
  for (const pending of await pendingRevisions(deps.db, declaration.name)) {
    const where = { category: declaration.name, file: pending.filename, revision: pending.id };
    try {
      const how = await settle(deps, declaration, pending);
      deps.log.info({ ...where, how }, 'a write that was cut off has been settled');
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      // The others, and the scan that asks, must not suffer from it.
      deps.log.error(
        { ...where, err: error },
        'a write that was cut off could not be settled; it is tried again',
      );
    }
  }
}

type Outcome = 'finished' | 'forgotten';

async function settle(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  pending: PendingRevision,
): Promise<Outcome> {
  const { plan } = pending;
  switch (plan?.type) {
    case 'delete':
      return (await finishDelete(deps, declaration, pending, plan))
        ? 'finished'
        : rollBackDelete(deps, pending, plan);
    case 'restore':
      return (await finishRestore(deps, declaration, pending, plan))
        ? 'finished'
        : rollBackRestore(deps, pending);
    case 'rename':
      if (plan.from_filename !== pending.filename)
        return (await finishRename(deps, declaration, pending, plan))
          ? 'finished'
          : rollBackRename(deps, declaration, pending, plan);
      break;
    default:
  }
  return settleWrite(deps, declaration, pending);
}

/** A new version of one file, or a new file. */
async function settleWrite(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  pending: PendingRevision,
): Promise<Outcome> {
  const folder = path.join(deps.dataDir, declaration.folder);
  const file = path.join(folder, pending.filename);
  const [temporary, old] = [
    path.join(folder, temporaryName(pending.id)),
    path.join(folder, linkName(pending.id)),
  ];
  const now = await bytesOf(file);
  const linked = await bytesOf(old);
  const written = await wasWritten({ pending, now, file, old, temporary });
  if (written) {
    if (linked !== null && hashOf(linked) !== pending.before_hash)
      await recordConflict(
        deps.db,
        conflictOf(revisionOf(pending), { hash: hashOf(linked), text: textWithoutMark(linked) }),
      );
    const bytes = now !== null && hashOf(now) === pending.after_hash ? now : null;
    if (bytes !== null && parseEntity(bytes, declaration).ok) {
      const also =
        pending.plan?.type === 'rename' ? renameAlso(deps, revisionOf(pending), pending.plan) : undefined;
      await commitFile(
        deps,
        { declaration, filename: pending.filename, bytes, revisionId: pending.id },
        also,
      );
    } else await endRevision(deps.db, pending.id);
  } else await dropRevision(deps.db, pending.id);
  await removeFile(temporary);
  await removeFile(old);
  return written ? 'finished' : 'forgotten';
}

/**
 * Whether our bytes took the file's place. Where somebody has written since, the leftovers say it: the temporary file
 * is gone only after the rename, and the old file's second name is the file itself until then.
 */
async function wasWritten(seen: {
  pending: PendingRevision;
  now: Buffer | null;
  file: string;
  old: string;
  temporary: string;
}): Promise<boolean> {
  const hash = seen.now === null ? null : hashOf(seen.now);
  if (hash === seen.pending.after_hash) return true;
  if (hash === seen.pending.before_hash) return false;
  if ((await inodeOf(seen.temporary)) !== null) return false;
  const old = await inodeOf(seen.old);
  return old !== null && old !== (await inodeOf(seen.file));
}

/**
 * Removes files of writes that were through but for their tidying up. What an editor has saved behind an old name
 * until now is kept as a conflict first. To be called under the folder's lock.
 */
export async function removeLeftovers(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const row = await deps.db
      .selectFrom('entity_revision')
      .selectAll()
      .where('id', '=', revisionOfOwn(name))
      .executeTakeFirst();
    if (row?.state === 'pending') continue;
    const file = path.join(deps.dataDir, declaration.folder, name);
    const bytes = await bytesOf(file);
    const known = bytes === null || [row?.before_hash, row?.after_hash].includes(hashOf(bytes));
    if (row !== undefined && bytes !== null && !known)
      await recordConflict(
        deps.db,
        conflictOf(revisionOf(row), { hash: hashOf(bytes), text: textWithoutMark(bytes) }),
      );
    // Of a database that was made anew nobody knows what it is: it stays where it is.
    if (row !== undefined || name.endsWith('.new')) await removeFile(file);
  }
}

function revisionOf(pending: PendingRevision) {
  const version = (hash: string | null, text: string | null) =>
    hash === null ? null : { hash, text: text ?? '' };
  return {
    category: pending.category,
    slug: pending.slug,
    filename: pending.filename,
    before: version(pending.before_hash, pending.before_text),
    after: version(pending.after_hash, pending.after_text),
    by: pending.made_by,
    action: pending.action,
  };
}
