import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { GazeError } from '@gaze/runtime';

/** Where the original keeps what it has, below its folder. */
export const places = {
  data: 'data',
  uploads: 'static/uploads',
  database: 'instance/database.db',
  workflow: 'comfy_workflow.json',
} as const;

/**
 * The folder of an original, links resolved.
 * @param roots folders that it must lie in; null: it may lie anywhere
 * @throws GazeError malformed_request outside of the roots, invalid_input where there is no original
 */
export async function openSource(given: string, roots: readonly string[] | null): Promise<string> {
  if (!path.isAbsolute(given) || given.includes('\0'))
    throw new GazeError('invalid_input', 'Give the whole path of the folder, from the root on.', {
      field: 'folder',
    });
  if (roots !== null) await refuseOutside(path.resolve(given), roots);
  const folder = await realpath(given).catch((error: unknown) => {
    throw new GazeError('invalid_input', `There is no folder ${given}, or GAZE may not read it.`, {
      field: 'folder',
      cause: error,
    });
  });
  if (roots !== null) await refuseOutside(folder, roots);
  for (const place of [places.data, places.uploads, places.database])
    if (await isThere(path.join(folder, place))) return folder;
  throw new GazeError(
    'invalid_input',
    `The folder ${given} holds neither data, static/uploads nor instance/database.db. Name the folder of the original that app.py lies in.`,
    { field: 'folder' },
  );
}

async function refuseOutside(folder: string, roots: readonly string[]): Promise<void> {
  for (const root of roots) {
    const real = await realpath(root).catch(() => path.resolve(root));
    for (const top of [real, path.resolve(root)])
      if (folder === top || folder.startsWith(top.endsWith(path.sep) ? top : top + path.sep)) return;
  }
  const where =
    roots.length === 0
      ? 'This installation reads no folder by this address: IMPORT_ROOTS is not set. Set it, or run npm run import on the machine itself.'
      : `Folders may be read below ${roots.join(', ')} alone. Copy the original there, or run npm run import on the machine itself.`;
  throw new GazeError('malformed_request', where, { field: 'folder' });
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

export interface SourceFile {
  /** With `/` between folders, below the folder that was walked through. */
  name: string;
  file: string;
  bytes: number;
}

/** Every regular file below a folder of the original, in order. Links are left out: they could lead anywhere. */
export async function* filesOf(folder: string, below = ''): AsyncGenerator<SourceFile> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    const file = path.join(folder, name);
    if (entry.isDirectory()) yield* filesOf(folder, name);
    else if (entry.isFile()) yield { name, file, bytes: (await stat(file)).size };
  }
}
