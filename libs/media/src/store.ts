import type { Readable } from 'node:stream';
import { GazeMediaError } from './errors.ts';

export interface ObjectInfo {
  bytes: number;
  /** Quoted, as HTTP wants it; changes whenever the bytes may have. */
  etag: string;
  modified: Date;
}

export interface ObjectPage {
  keys: string[];
  next: string | null;
}

/**
 * Where pictures lie: keys such as `characters/elke_marrow/gen_….png`, whatever is behind them.
 * Every driver passes the same contract test. A key that does not exist is `not_found`; a full disk is
 * `storage_full`; a store that does not answer is `storage_failed`.
 */
export interface ObjectStore {
  /** Stores bytes so that a reader sees all of them or nothing, also after a power cut. */
  put: (key: string, bytes: Buffer, options?: { contentType?: string }) => Promise<void>;
  /** A stream of the bytes, or of the closed range `start`–`end`. */
  get: (key: string, range?: { start: number; end: number }) => Promise<Readable>;
  stat: (key: string) => Promise<ObjectInfo>;
  exists: (key: string) => Promise<boolean>;
  /** Removing what is not there is no error. */
  delete: (key: string) => Promise<void>;
  move: (from: string, to: string) => Promise<void>;
  /** Keys that begin with `prefix`, in ascending code point order. */
  list: (prefix: string, options?: { cursor?: string; limit?: number }) => Promise<ObjectPage>;
}

// eslint-disable-next-line no-control-regex -- control characters are exactly what must not be in a key
const forbidden = /[\u0000-\u001f\\]/;

/**
 * Checks a key: relative, `/` between its parts, no part empty, `.` or `..`, no backslash or control character.
 * @throws GazeMediaError invalid_input
 */
export function checkKey(key: string): string {
  const parts = key.split('/');
  const bad =
    key.length > 900 ||
    forbidden.test(key) ||
    parts.some((part) => part === '' || part === '.' || part === '..');
  if (bad) throw new GazeMediaError('invalid_input', 'This is not the address of a stored picture.');
  return key;
}

/** All bytes of an object. */
export async function readAll(store: ObjectStore, key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await store.get(key)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
