import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from './secrets.ts';

/** Where the pictures of this installation were moved to, as the variables by which services find them. */
export type StorageEnv = Record<
  'S3_ENDPOINT' | 'S3_BUCKET' | 'S3_ACCESS_KEY' | 'S3_SECRET_KEY' | 'S3_REGION',
  string
>;

const fileName = 'storage.json';

/** The S3 server that `npm run storage:move` chose; null where pictures lie in a folder. The environment counts more. */
export function readStorageFile(stateDir: string): StorageEnv | null {
  let text: string;
  try {
    text = readFileSync(join(stateDir, fileName), 'utf8');
  } catch {
    return null;
  }
  return JSON.parse(text) as StorageEnv;
}

export function writeStorageFile(stateDir: string, storage: StorageEnv | null): void {
  if (storage === null) rmSync(join(stateDir, fileName), { force: true });
  else writePrivate(join(stateDir, fileName), `${JSON.stringify(storage, null, 2)}\n`);
}
