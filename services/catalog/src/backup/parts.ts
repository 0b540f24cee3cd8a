import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import type { FileSum } from './format.ts';

/** One file of a backup, to be read once and at once. */
export interface Part {
  path: string;
  modified: Date;
  open: () => Promise<Readable>;
  /** What its bytes are, where that is known without reading them. */
  known?: { bytes: number; sha256: string };
}

/** Passes bytes on and counts and sums them; `sum` is whole once the stream has ended. */
export function summing(path: string): { through: Transform; sum: () => FileSum } {
  const hash = createHash('sha256');
  let bytes = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { through, sum: () => ({ path, bytes, sha256: hash.digest('hex') }) };
}
