import { readFile } from 'node:fs/promises';
import type { CategoryName, editingRpc } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { z } from 'zod';
import { editEntity } from '../../src/editing/edit.ts';
import type { WriteDeps, WriteStep } from '../../src/editing/deps.ts';
import { entityDetail } from '../../src/library/detail.ts';
import { buildFolderLock } from '../../src/library/folder-lock.ts';
import { buildLibrary } from '../../src/library/library.ts';
import type { Library } from '../../src/library/library.ts';
import type { TestLibrary } from './library.ts';

type Change = z.input<typeof editingRpc.entityEdit.input>['change'];

/** Saves an edit of a character; `ifMatch` left out means whatever is there. */
export function edit(
  deps: WriteDeps,
  change: Change,
  options: { category?: CategoryName; slug?: string; ifMatch?: string } = {},
): Promise<{ merged: boolean }> {
  const { category = 'characters', slug = 'elke', ifMatch } = options;
  return editEntity(deps, { category, slug, by: 'user', change, if_match: ifMatch });
}

export const textOf = (on: TestLibrary, category: CategoryName, filename: string): Promise<string> =>
  readFile(on.data.file(category, filename), 'utf8');

export const revisionOf = async (on: TestLibrary, category: CategoryName, slug: string): Promise<string> =>
  (await entityDetail(on.db, category, slug)).revision;

/** The error that a promise ends with; fails where it does not end so. */
export async function refusal(work: Promise<unknown>): Promise<GazeError> {
  const error: unknown = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof GazeError)) throw error;
  return error;
}

/** The catalog as it is after a restart: the same files and rows, and no memory of what was under way. */
export function restarted(on: TestLibrary): { library: Library; writing: WriteDeps } {
  const writing = { ...on.writing, lock: buildFolderLock() };
  const library = buildLibrary({
    ...writing,
    store: on.store,
    defaultCheckpoint: () => Promise.resolve(null),
  });
  return { library, writing };
}

/** Writers that never go on after a step, as if the process had ended there. */
export function stoppingAfter(
  writing: WriteDeps,
  last: WriteStep,
): { writing: WriteDeps; reached: Promise<void> } {
  const reached = Promise.withResolvers<undefined>();
  const never = new Promise<void>(() => undefined);
  return {
    reached: reached.promise,
    writing: {
      ...writing,
      onStep(step) {
        if (step !== last) return Promise.resolve();
        reached.resolve(undefined);
        return never;
      },
    },
  };
}
