import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { Trx } from '../db/connect.ts';
import { hashOf, linkName, markerFile, temporaryName } from '../library/own-files.ts';
import type { EntityRow } from '../library/row.ts';
import type { Commit } from './commit-file.ts';
import { commitFile } from './commit-file.ts';
import type { WriteDeps } from './deps.ts';
import {
  bytesOf,
  fileError,
  inodeOf,
  modeOf,
  putWhereFree,
  removeFile,
  renameOver,
  syncFolder,
  tryLink,
  writeSynced,
} from './file-steps.ts';
import type { NewRevision, Version } from './revision-store.ts';
import { beginRevision, dropRevision, recordConflict } from './revision-store.ts';
import { textWithoutMark } from './versions.ts';

export interface FileWrite {
  declaration: CategoryDeclaration;
  /** Its `before` and `after` are texts without the byte order mark; `bytes` are what is written. */
  revision: NewRevision;
  bytes: Buffer;
  also?: (trx: Trx, row: EntityRow) => Promise<void>;
}

export type WriteOutcome =
  /** `conflict`: what somebody wrote into the old file at the last moment. It is kept as a revision. */
  | { type: 'written'; commit: Commit; conflict: Version | null }
  /** Nothing was written: the file is not the one that was looked at any more. Look again. */
  | { type: 'changed' };

/**
 * Writes a new version over a file, so that a crash at any moment leaves the old version or the new one and the
 * catalog can tell which. To be called under the folder's lock, with the version that lies there as `before`.
 *
 * An editor that saves in place is always noticed: its bytes are behind the old file's second name. One that saves by
 * rename is noticed until the last look; what it puts there between that look and our rename, a few microseconds, is
 * replaced. No system call of Node can close that gap.
 */
export async function replaceFile(deps: WriteDeps, write: FileWrite): Promise<WriteOutcome> {
  const { revision, declaration, bytes } = write;
  const step = deps.onStep ?? (() => Promise.resolve());
  const folder = path.join(deps.dataDir, declaration.folder);
  const file = path.join(folder, revision.filename);
  await step('checked');
  const id = await beginRevision(deps.db, revision);
  const [temporary, old] = [temporaryName(id), linkName(id)].map((name) => path.join(folder, name)) as [
    string,
    string,
  ];
  await step('pending');
  let linked: boolean;
  try {
    linked = await tryLink(file, old);
    await step('linked');
    await writeSynced(temporary, bytes, await modeOf(file));
    await step('written');
    if (!(await isStill(file, linked ? old : file, revision.before?.hash))) {
      await abandon(deps, id, [temporary, old]);
      return { type: 'changed' };
    }
    await step('compared');
    await renameOver(temporary, file);
  } catch (error) {
    await abandon(deps, id, [temporary, old]);
    throw fileError(error, `${declaration.folder}/${revision.filename}`);
  }
  await step('renamed');
  await syncFolder(folder);
  await step('synced');
  const conflict = linked ? await unexpected(old, revision.before?.hash) : null;
  if (conflict !== null) await recordConflict(deps.db, conflictOf(revision, conflict));
  await step('verified');
  const commit = await commitFile(
    deps,
    { declaration, filename: revision.filename, bytes, revisionId: id },
    write.also,
  );
  await step('committed');
  // Whoever still has the old file open may have saved until this moment.
  const late = linked ? await unexpected(old, conflict?.hash ?? revision.before?.hash) : null;
  if (late !== null) await recordConflict(deps.db, conflictOf(revision, late));
  await removeFile(old);
  return { type: 'written', commit, conflict: late ?? conflict };
}

/** Writes a file that must not be there yet. To be called under the folder's lock. */
export async function createFile(deps: WriteDeps, write: FileWrite): Promise<Commit | 'taken'> {
  const { revision, declaration, bytes } = write;
  const step = deps.onStep ?? (() => Promise.resolve());
  const folder = path.join(deps.dataDir, declaration.folder);
  const file = path.join(folder, revision.filename);
  await makeFolder(deps.dataDir, folder);
  const id = await beginRevision(deps.db, revision);
  const temporary = path.join(folder, temporaryName(id));
  await step('pending');
  try {
    await writeSynced(temporary, bytes);
    await step('written');
    if (!(await putWhereFree(temporary, file))) {
      await abandon(deps, id, [temporary]);
      return 'taken';
    }
    await step('renamed');
  } catch (error) {
    await abandon(deps, id, [temporary]);
    throw fileError(error, `${declaration.folder}/${revision.filename}`);
  }
  await removeFile(temporary);
  await syncFolder(folder);
  await step('synced');
  const commit = await commitFile(
    deps,
    { declaration, filename: revision.filename, bytes, revisionId: id },
    write.also,
  );
  await step('committed');
  return commit;
}

/** A folder that is missing is made, unless the whole data folder seems not to be mounted. */
async function makeFolder(dataDir: string, folder: string): Promise<void> {
  if ((await inodeOf(path.join(dataDir, markerFile))) === null) {
    throw new GazeError(
      'data_error',
      `The data folder has no ${markerFile} file, so it may not be mounted. Nothing was written. If this is the right folder, make an empty file of that name in it.`,
      { file: markerFile },
    );
  }
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, path.basename(folder));
  }
}

/** The last look: the name still means the file that was linked, and that holds what was seen. */
async function isStill(file: string, old: string, hash: string | undefined): Promise<boolean> {
  const bytes = await bytesOf(old);
  if (bytes === null || hashOf(bytes) !== hash) return false;
  const [now, then] = [await inodeOf(file), await inodeOf(old)];
  return now !== null && now === then;
}

async function unexpected(old: string, hash: string | undefined): Promise<Version | null> {
  const bytes = await bytesOf(old);
  if (bytes === null || hashOf(bytes) === hash) return null;
  return { hash: hashOf(bytes), text: textWithoutMark(bytes) };
}

export function conflictOf(revision: NewRevision, found: Version): NewRevision {
  return {
    ...revision,
    after: found,
    by: 'file',
    action: 'edit',
    plan: undefined,
    note: 'Somebody saved this into the file while GAZE wrote it. It is kept here and is not in the file.',
  };
}

async function abandon(deps: WriteDeps, id: number, files: readonly string[]): Promise<void> {
  for (const file of files) await removeFile(file).catch(() => undefined);
  await dropRevision(deps.db, id);
}
