import { Readable } from 'node:stream';
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

/** One object of a listing, with what tells whether it changed. */
export interface ObjectEntry extends ObjectInfo {
  key: string;
}

/**
 * Where pictures lie: keys such as `characters/elke_marrow/gen_….png`, whatever is behind them.
 * Every driver passes the same contract test. A key that does not exist is `not_found`; a full disk is
 * `storage_full`; a store that does not answer is `storage_failed`.
 */
export interface ObjectStore {
  /** Makes what holds the pictures where it is missing: the folder, or the bucket. */
  prepare: () => Promise<void>;
  /** Stores bytes so that a reader sees all of them or nothing, also after a power cut. */
  put: (key: string, bytes: Buffer, options?: { contentType?: string }) => Promise<void>;
  /**
   * The same for a stream of exactly `bytes` bytes, of which no more than a piece is in memory at a time. One that
   * ends early or goes on longer is `invalid_input`, and nothing is stored.
   */
  putStream: (
    key: string,
    stream: Readable,
    options: { bytes: number; contentType?: string },
  ) => Promise<void>;
  /** A stream of the bytes, or of the closed range `start`–`end`. */
  get: (key: string, range?: { start: number; end: number }) => Promise<Readable>;
  stat: (key: string) => Promise<ObjectInfo>;
  exists: (key: string) => Promise<boolean>;
  /** Removing what is not there is no error. */
  delete: (key: string) => Promise<void>;
  move: (from: string, to: string) => Promise<void>;
  /** Keys that begin with `prefix`, in ascending code point order. */
  list: (prefix: string, options?: { cursor?: string; limit?: number }) => Promise<ObjectPage>;
  /**
   * All that `list` would give, in the same order, with size and etag: one walk through everything.
   * `skip` leaves folders out whole, given with the slash at their end.
   */
  entries: (prefix: string, options?: { skip?: (folder: string) => boolean }) => AsyncIterable<ObjectEntry>;
}

/** Orders keys by code points, as listings and the database do; `<` would order by UTF-16 units. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return unitRank(x) - unitRank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, though their numbers lie in between. */
const unitRank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

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

/** Keys of uploads that nobody has checked yet; nothing below `.staging` is ever shown. */
export const stagingKey = /^\.staging\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A stream that fails where it does not hold exactly so many bytes; also where its sender goes away in the middle. */
export function exactly(stream: Readable, bytes: number): Readable {
  // It may break before anybody reads it; the reader hears of it then.
  stream.on('error', () => undefined);
  return Readable.from(counted(stream, bytes), { objectMode: false });
}

async function* counted(stream: Readable, bytes: number): AsyncGenerator<Buffer> {
  const wrong = (what: string, cause?: unknown): GazeMediaError =>
    new GazeMediaError(
      'invalid_input',
      `The upload is ${what} than it said (${bytes} bytes). Send it again.`,
      cause,
    );
  let passed = 0;
  const pieces = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    const piece = await pieces.next().catch((error: unknown) => Promise.reject(wrong('shorter', error)));
    if (piece.done === true) break;
    passed += piece.value.length;
    if (passed > bytes) throw wrong('longer');
    yield piece.value;
  }
  if (passed !== bytes) throw wrong('shorter');
}

/** All bytes of an object. */
export async function readAll(store: ObjectStore, key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await store.get(key)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
