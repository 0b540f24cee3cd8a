import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Folders {
  output: string;
  input: string;
  temp: string;
  models: string;
  /** Removes what was made for this stand-in; a folder that was given stays. */
  remove: () => void;
}

export type FolderType = 'output' | 'input' | 'temp';

export function isFolderType(value: string): value is FolderType {
  return value === 'output' || value === 'input' || value === 'temp';
}

/** The folders of one stand-in. What is not given lies in a temporary folder. */
export function makeFolders(given: {
  outputDir?: string | undefined;
  modelsDir?: string | undefined;
}): Folders {
  const work = mkdtempSync(join(tmpdir(), 'gaze-comfyui-'));
  const folders = {
    output: resolve(given.outputDir ?? join(work, 'output')),
    input: join(work, 'input'),
    temp: join(work, 'temp'),
    models: resolve(given.modelsDir ?? join(work, 'models')),
  };
  for (const path of [folders.output, folders.input, folders.temp]) mkdirSync(path, { recursive: true });
  return { ...folders, remove: () => rmSync(work, { recursive: true, force: true }) };
}

/** A host clears its temporary pictures whenever it starts. */
export function clearTemp(folders: Folders): void {
  rmSync(folders.temp, { recursive: true, force: true });
  mkdirSync(folders.temp, { recursive: true });
}
