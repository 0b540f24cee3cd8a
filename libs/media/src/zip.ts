import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** Pictures are packed already, so they are stored as they are; the rights are those of a file. */
const asItIs = { compress: false, mode: 0o100644 };

export interface ZipEntry {
  /** With `/` between folders; never absolute, never with `..`. */
  name: string;
  modified: Date;
  open: () => Promise<Readable>;
}

/**
 * An archive as a stream: one entry is open at a time, nothing is kept but the directory. An entry that cannot be
 * read, or whose name leads out of the archive, ends the stream with its error.
 */
export function zipStream(entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>): Readable {
  return Readable.from(archive(entries), { objectMode: false });
}

async function* archive(entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  const out = new PassThrough();
  zip.outputStream.pipe(out);
  zip.on('error', (error: Error) => out.destroy(error));
  fill(zip, out, entries).catch((error: unknown) => out.destroy(error as Error));
  yield* out;
}

/** One entry after the other: the list of a backup knows what to name only when the files before it were read. */
async function fill(
  zip: ZipFile,
  out: Readable,
  entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>,
): Promise<void> {
  for await (const { name, modified, open } of entries) {
    const bytes = await open();
    const leave = (): void => void bytes.destroy();
    // whoever reads the archive went away
    out.once('close', leave);
    try {
      zip.addReadStream(bytes, name, { ...asItIs, mtime: modified });
      if (out.destroyed) leave();
      await finished(bytes, { writable: false });
    } finally {
      out.off('close', leave);
      leave();
    }
  }
  zip.end();
}
