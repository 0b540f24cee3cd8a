import { access, constants, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelKind } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';

const fields: Readonly<Record<ModelKind, string>> = { lora: 'lora_root', checkpoint: 'checkpoint_root' };

/**
 * Whether a folder may become that of model files; null, which takes it away, always may.
 * @throws GazeError conflict where the environment fixes it, invalid_input with what is wrong with the folder
 */
export async function checkRoot(given: {
  kind: ModelKind;
  root: string | null;
  fixed: string | undefined;
  variable: string;
  own: readonly string[];
}): Promise<void> {
  const { kind, root, fixed, variable } = given;
  const field = fields[kind];
  if (fixed !== undefined)
    throw new GazeError('conflict', `${variable} fixes this folder to ${fixed}.`, {
      field,
      hint: `Change ${variable} and start GAZE again.`,
    });
  if (root === null) return;
  if (!path.isAbsolute(root))
    throw refused(field, `${root} is no whole path. Write it from the root of the disk on.`);
  const problem = await whyUnreadable(root);
  if (problem !== null) throw refused(field, problem);
  const real = await realpath(root);
  if (path.dirname(real) === real)
    throw refused(field, 'The whole disk is no folder of models. Name the folder itself.');
  for (const own of given.own) {
    const mine = await realpath(own).catch(() => path.resolve(own));
    if (isWithin(real, mine) || isWithin(mine, real))
      throw refused(field, `${root} holds files of GAZE itself, or lies among them. Choose another folder.`);
  }
}

/** Why a folder of models cannot be read, as a sentence; null where it can. */
export async function whyUnreadable(root: string): Promise<string | null> {
  try {
    if (!(await stat(root)).isDirectory()) return `${root} is a file and no folder.`;
    await access(root, constants.R_OK | constants.X_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT') return `There is no folder ${root} on the machine where GAZE runs.`;
    if (code === 'EACCES') return `GAZE may not read ${root}. Give its user the right to.`;
    return `${root} cannot be read (${String(code)}).`;
  }
}

const refused = (field: string, message: string): GazeError =>
  new GazeError('invalid_input', message, { field });

const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : `${outer}${path.sep}`);
