import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { GazeMediaError } from './errors.ts';
import type { ObjectEntry, ObjectStore } from './store.ts';

export interface Copied {
  /** Objects that were written. */
  copied: number;
  /** Objects that were there already, byte for byte. */
  kept: number;
  bytes: number;
}

const atOnce = 4;

/**
 * Takes everything of one store to another and leaves the first as it is. Every object is compared by its SHA-256 when
 * it is there, so that a run which was cut off is simply started again.
 * @param report is called after each object with how far it is
 * @throws GazeMediaError storage_failed where an object does not read back as it was written; what a store throws
 */
export async function copyStore(
  from: ObjectStore,
  to: ObjectStore,
  report: (so: Copied) => void = () => undefined,
): Promise<Copied> {
  const so: Copied = { copied: 0, kept: 0, bytes: 0 };
  await to.prepare();
  const entries = from.entries('')[Symbol.asyncIterator]();
  const work = async (): Promise<void> => {
    for (;;) {
      const next = await entries.next();
      if (next.done === true) return;
      const entry: ObjectEntry = next.value;
      so[await copyObject(from, to, entry)] += 1;
      so.bytes += entry.bytes;
      report(so);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return so;
}

async function copyObject(
  from: ObjectStore,
  to: ObjectStore,
  entry: ObjectEntry,
): Promise<'copied' | 'kept'> {
  const wanted = await sumOf(from, entry.key);
  if (await holds(to, entry, wanted)) return 'kept';
  await to.putStream(entry.key, await from.get(entry.key), { bytes: entry.bytes });
  if (await holds(to, entry, wanted)) return 'copied';
  throw new GazeMediaError(
    'storage_failed',
    `«${entry.key}» does not read back as it was written. Nothing was switched; look after the new store and start again.`,
  );
}

async function holds(store: ObjectStore, { key, bytes }: ObjectEntry, sum: string): Promise<boolean> {
  const info = await store.stat(key).catch((error: unknown) => {
    if (error instanceof GazeMediaError && error.code === 'not_found') return null;
    throw error;
  });
  return info?.bytes === bytes && (await sumOf(store, key)) === sum;
}

async function sumOf(store: ObjectStore, key: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(await store.get(key), hash);
  return hash.digest('hex');
}
