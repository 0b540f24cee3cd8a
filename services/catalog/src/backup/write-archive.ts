import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ZipEntry } from '@gaze/media';
import { zipStream } from '@gaze/media';
import type { BackupChoice, BackupSource, SumBook } from './contents.ts';
import { contentsOf, manifestOf, openSumBook } from './contents.ts';
import type { DatabaseNote } from './dump-tables.ts';
import { summing } from './parts.ts';

/** Writes a backup as one archive, read as a stream from end to end. */
export async function writeArchive(
  source: BackupSource,
  options: BackupChoice & {
    file: string;
    at: Date;
    signal: AbortSignal;
    onProgress: (progress: { files: number; bytes: number }) => void;
  },
): Promise<void> {
  const list = `${options.file}.sums`;
  const book = await openSumBook(list);
  try {
    await pipeline(zipStream(entriesOf(source, options, book)), createWriteStream(options.file), {
      signal: options.signal,
    });
  } finally {
    await rm(list, { force: true });
  }
}

async function* entriesOf(
  source: BackupSource,
  options: BackupChoice & { at: Date; onProgress: (progress: { files: number; bytes: number }) => void },
  book: SumBook,
): AsyncGenerator<ZipEntry> {
  const note: DatabaseNote = { migrations: [], tables: {} };
  for await (const part of contentsOf(source, options, note)) {
    const { through, sum } = summing(part.path);
    yield {
      name: part.path,
      modified: part.modified,
      open: async () => {
        const stream = await part.open();
        stream.on('error', (error) => through.destroy(error));
        return stream.pipe(through);
      },
    };
    // The archive asks for the next one when it has read this one to its end.
    await book.add(sum());
    options.onProgress({ files: book.files(), bytes: book.bytes() });
  }
  for (const part of await book.close(manifestOf(note, options, options.at)))
    yield { name: part.path, modified: part.modified, open: part.open };
}
