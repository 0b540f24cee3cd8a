import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Stats } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { GazeMediaError } from './errors.ts';
import type { ObjectEntry, ObjectInfo, ObjectStore } from './store.ts';
import { checkKey, compareKeys, exactly } from './store.ts';

/** Files of a store on disk that are under way; a listing never shows them. */
const temporarySuffix = '.tmp';

/**
 * The object store on a folder. A put writes beside its target, syncs, renames and syncs the folder, so that no
 * reader and no power cut ever shows half a picture.
 */
export function diskStore(options: { root: string }): ObjectStore {
  const root = path.resolve(options.root);
  const inside = (key: string): string => path.join(root, ...checkKey(key).split('/'));

  /** The file behind a key that is to be read. */
  async function resolved(key: string): Promise<string> {
    const file = inside(key);
    try {
      const real = await realInside(root, file);
      if (!(await stat(real)).isFile()) throw notThere(key);
      return real;
    } catch (error) {
      throw typed(error, key);
    }
  }

  /** The file behind a key that is to be written, moved or removed: the nearest folder that exists must be inside. */
  async function place(key: string): Promise<string> {
    const file = inside(key);
    for (let folder = path.dirname(file); folder.length > root.length; folder = path.dirname(folder)) {
      const real = await realInside(root, folder).catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw typed(error, key);
      });
      if (real !== null) break;
    }
    return file;
  }

  /** What is written lies beside its target until all of it is on the disk. */
  async function store(key: string, content: Buffer | Readable): Promise<void> {
    const file = await place(key);
    const temporary = path.join(path.dirname(file), `.${randomUUID()}${temporarySuffix}`);
    try {
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(temporary, 'wx');
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
      await syncFolder(path.dirname(file));
    } catch (error) {
      await rm(temporary, { force: true });
      throw typed(error, key);
    }
  }

  return {
    async prepare() {
      await mkdir(root, { recursive: true }).catch((error: unknown) => fail(error, root));
    },
    put: (key, bytes) => store(key, bytes),
    putStream: (key, stream, { bytes }) => store(key, exactly(stream, bytes)),
    async get(key, range) {
      const file = await resolved(key);
      return createReadStream(file, range === undefined ? {} : { start: range.start, end: range.end });
    },
    async stat(key) {
      const file = await resolved(key);
      const info = await stat(file).catch((error: unknown) => fail(error, key));
      return infoOf(info);
    },
    async exists(key) {
      inside(key);
      try {
        await resolved(key);
        return true;
      } catch (error) {
        if (error instanceof GazeMediaError && (error.code === 'not_found' || error.code === 'invalid_input'))
          return false;
        throw error;
      }
    },
    async delete(key) {
      await rm(await place(key), { force: true }).catch((error: unknown) => fail(error, key));
    },
    async move(from, to) {
      await resolved(from);
      const target = await place(to);
      try {
        await mkdir(path.dirname(target), { recursive: true });
        await rename(inside(from), target);
        await syncFolder(path.dirname(target));
      } catch (error) {
        throw typed(error, from);
      }
    },
    async list(prefix, page = {}) {
      const limit = page.limit ?? 1000;
      const keys: string[] = [];
      for await (const key of walk(root, prefix, page.cursor ?? '')) {
        keys.push(key);
        if (keys.length > limit) break;
      }
      const shown = keys.slice(0, limit);
      return { keys: shown, next: keys.length > limit ? (shown.at(-1) ?? null) : null };
    },
    async *entries(prefix, { skip = () => false } = {}) {
      for await (const key of walk(root, prefix, '', skip)) {
        const info = await stat(path.join(root, ...key.split('/'))).catch((error: unknown) => {
          // Gone since its folder was read.
          if (isMissing(error)) return null;
          throw typed(error, key);
        });
        if (info !== null) yield { key, ...infoOf(info) } satisfies ObjectEntry;
      }
    },
  };
}

function infoOf(info: Stats): ObjectInfo {
  return {
    bytes: info.size,
    etag: `"${info.size.toString(16)}-${Math.round(info.mtimeMs * 1000).toString(16)}"`,
    modified: info.mtime,
  };
}

/** Keys below the prefix and after `after`, in code point order; folders that cannot match are never opened. */
async function* walk(
  root: string,
  prefix: string,
  after: string,
  skip: (folder: string) => boolean = () => false,
): AsyncGenerator<string> {
  const folder = prefix.includes('/') ? prefix.slice(0, prefix.lastIndexOf('/')) : '';
  if (folder !== '') {
    const isThere = await realInside(root, path.join(root, checkKey(folder))).catch((error: unknown) => {
      if (isMissing(error) || error instanceof GazeMediaError) return null;
      throw typed(error, folder);
    });
    if (isThere === null) return;
  }
  yield* walkFolder(root, folder, prefix, after, skip);
}

async function* walkFolder(
  root: string,
  folder: string,
  prefix: string,
  after: string,
  skip: (folder: string) => boolean,
): AsyncGenerator<string> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw typed(error, folder);
  });
  // A folder sorts as its name with the slash that follows it in every key below.
  const sorted = entries
    .map((entry) => ({ entry, sort: entry.isDirectory() ? `${entry.name}/` : entry.name }))
    .sort((a, b) => compareKeys(a.sort, b.sort));
  for (const { entry } of sorted) {
    const key = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      const below = `${key}/`;
      const isPassed = compareKeys(below, after) <= 0 && !after.startsWith(below);
      if (!isPassed && !skip(below) && (below.startsWith(prefix) || prefix.startsWith(below)))
        yield* walkFolder(root, key, prefix, after, skip);
    } else if (
      entry.isFile() &&
      key.startsWith(prefix) &&
      compareKeys(key, after) > 0 &&
      !entry.name.endsWith(temporarySuffix)
    )
      yield key;
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; its file system does not need this.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The real path of what exists; a symbolic link inside the store must not lead out of it. */
async function realInside(root: string, file: string): Promise<string> {
  const [real, realRoot] = await Promise.all([realpath(file), realpath(root)]);
  if (real !== realRoot && !real.startsWith(realRoot + path.sep))
    throw new GazeMediaError('invalid_input', 'This is not the address of a stored picture.');
  return real;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

const notThere = (key: string): GazeMediaError =>
  new GazeMediaError('not_found', `There is no picture at «${key}».`);

function fail(error: unknown, key: string): never {
  throw typed(error, key);
}

function typed(error: unknown, key: string): GazeMediaError {
  if (error instanceof GazeMediaError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return notThere(key);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new GazeMediaError('storage_full', 'The disk that holds the pictures is full.', error);
  return new GazeMediaError(
    'storage_failed',
    `The picture store cannot be used (${String(code ?? error)}).`,
    error,
  );
}
