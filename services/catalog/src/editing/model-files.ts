import { access, constants, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { identify, loraOf } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import type { TrashedModel } from '../db/schema.ts';
import { codeOf } from '../library/seen-files.ts';
import type { ModelRoots } from './deps.ts';
import { inodeOf, moveFile } from './file-steps.ts';

/** Folder below a root where deleted model files lie. */
const trashFolder = '.gaze-trash';
/** ComfyUI lists every model file below its folders, whatever the folder's name: in the trash it is none. */
const trashSuffix = '.trashed';

const names = {
  lora: { variable: 'LORA_ROOT', word: 'LoRA' },
  checkpoint: { variable: 'CHECKPOINT_ROOT', word: 'checkpoint' },
} as const;

/** The model file that an entity stands for; null where it names none. */
export function modelOf(
  declaration: CategoryDeclaration,
  data: EntityData,
  filename: string,
): { root: TrashedModel['root']; name: string } | null {
  if (declaration.generation.kind === 'checkpoint')
    return { root: 'checkpoint', name: identify(declaration, data, filename).id };
  const lora = loraOf(data);
  return lora === null ? null : { root: 'lora', name: lora.name };
}

/**
 * Where a model file would go. Everything that could refuse it is tried here, before anything moves.
 * @throws GazeError with a sentence where the root is unknown or read-only, or the file is not inside of it
 */
export async function planModelTrash(
  roots: ModelRoots,
  model: { root: TrashedModel['root']; name: string },
  id: string,
): Promise<TrashedModel> {
  const { variable, word } = names[model.root];
  const root = roots[model.root];
  const refuse = (why: string, hint: string, cause?: unknown): GazeError =>
    new GazeError('data_error', `${why} Nothing was deleted.`, { file: model.name, hint, cause });
  const onlyJson = 'Delete the entry alone; its model file stays.';
  if (root === undefined) {
    throw refuse(
      `GAZE does not know where ${word} files lie on this machine: ${variable} is not set.`,
      `Set ${variable}, or delete the entry alone; its model file stays.`,
    );
  }
  const from = path.normalize(model.name.replaceAll('\\', '/'));
  if (path.isAbsolute(from) || from.split(path.sep).includes('..') || !/\.safetensors$/i.test(from))
    throw refuse(`«${model.name}» is not the name of a .safetensors file below ${variable}.`, onlyJson);
  await mustLieInside(root, from).catch((error: unknown) => {
    if (error instanceof GazeError) throw error;
    throw refuse(`There is no file «${model.name}» below ${variable}.`, onlyJson, error);
  });
  const to = path.join(trashFolder, id, `${from}${trashSuffix}`);
  await mustBeWritable(root, from).catch((error: unknown) => {
    throw refuse(
      `GAZE may not move files below ${variable} (${codeOf(error)}): the folder is read-only.`,
      `Give GAZE the right to write there, or delete the entry alone; its model file stays.`,
      error,
    );
  });
  return { root: model.root, from, to };

  async function mustLieInside(base: string, name: string): Promise<void> {
    const [real, realRoot] = await Promise.all([realpath(path.join(base, name)), realpath(base)]);
    if (!real.startsWith(realRoot + path.sep))
      throw refuse(`«${model.name}» leads out of ${variable}.`, onlyJson);
    if (!(await stat(real)).isFile()) throw refuse(`«${model.name}» is no file.`, onlyJson);
  }
}

/** A file is written where the model would go, and beside it: rights alone do not say whether a mount is read-only. */
async function mustBeWritable(root: string, from: string): Promise<void> {
  await mkdir(path.join(root, trashFolder), { recursive: true });
  await access(path.dirname(path.join(root, from)), constants.W_OK);
  for (const folder of [path.join(root, trashFolder), path.dirname(path.join(root, from))]) {
    const probe = path.join(folder, `.gaze-probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe, { force: true });
  }
}

/** Moves a model file into its trash. */
export async function trashModel(roots: ModelRoots, model: TrashedModel): Promise<void> {
  const root = rootOf(roots, model);
  await moveFile(path.join(root, model.from), path.join(root, model.to));
}

/** Brings a model file back where it is still in the trash; another file of its name stays as it is. */
export async function bringBackModel(roots: ModelRoots, model: TrashedModel | null): Promise<void> {
  if (model === null) return;
  const root = rootOf(roots, model);
  if ((await inodeOf(path.join(root, model.to))) === null) return;
  if ((await inodeOf(path.join(root, model.from))) !== null) {
    throw new GazeError(
      'conflict',
      `There is another file «${model.from}» where the deleted model file was. Move it away first.`,
      { file: model.from },
    );
  }
  await moveFile(path.join(root, model.to), path.join(root, model.from));
  await rm(path.dirname(path.join(root, model.to)), { recursive: false }).catch(() => undefined);
}

/** The model file that went along with what has this id in the trash, found on the disk; null where none did. */
export async function trashedModelOf(roots: ModelRoots, id: string): Promise<TrashedModel | null> {
  for (const kind of ['lora', 'checkpoint'] as const) {
    const root = roots[kind];
    if (root === undefined) continue;
    const folder = path.join(root, trashFolder, id);
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    const name = names.find((one) => one.endsWith(trashSuffix));
    if (name === undefined) continue;
    return { root: kind, from: name.slice(0, -trashSuffix.length), to: path.join(trashFolder, id, name) };
  }
  return null;
}

/** Removes a model file from the trash for good. */
export async function purgeModel(roots: ModelRoots, model: TrashedModel | null): Promise<void> {
  if (model === null) return;
  const root = rootOf(roots, model);
  const [, id = ''] = model.to.split(path.sep);
  if (id !== '') await rm(path.join(root, trashFolder, id), { recursive: true, force: true });
}

function rootOf(roots: ModelRoots, model: TrashedModel): string {
  const root = roots[model.root];
  if (root !== undefined) return root;
  throw new GazeError(
    'data_error',
    `The model file «${model.from}» lies in the trash of ${names[model.root].variable}, which is not set now. Set it and try again.`,
    { file: model.from },
  );
}
