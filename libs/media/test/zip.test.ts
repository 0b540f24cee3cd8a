import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { zipStream } from '../src/index.ts';
import type { ZipEntry } from '../src/index.ts';

const modified = new Date('2026-11-24T10:20:30Z');
const entry = (name: string, bytes: Buffer): ZipEntry => ({
  name,
  modified,
  open: () => Promise.resolve(Readable.from([bytes.subarray(0, 3), bytes.subarray(3)])),
});
const contents: [string, Buffer][] = [
  ['characters/elke/gen_1.png', Buffer.alloc(300_000, 'gaze')],
  ['looks/Käthe 日本.png', Buffer.from('small')],
  ['empty.png', Buffer.alloc(0)],
];

describe('an archive', () => {
  test('reads back: names, times, sizes, checksums, bytes', async () => {
    const zip = await fromBufferPromise(
      await buffer(zipStream(contents.map(([name, bytes]) => entry(name, bytes)))),
      { lazyEntries: true, strictFileNames: true },
    );
    const found: [string, Buffer][] = [];
    for await (const one of zip.eachEntry()) {
      const bytes = await buffer(await zip.openReadStreamPromise(one));
      expect(crc32(bytes)).toBe(one.crc32);
      expect(one.compressionMethod).toBe(0);
      expect(one.getLastModDate()).toEqual(modified);
      expect((one.externalFileAttributes >>> 16).toString(8)).toBe('100644');
      found.push([one.fileName, bytes]);
    }
    expect(found).toEqual(contents);
  });

  test('opens one entry after the other, and only when it is read', async () => {
    let open = 0;
    const lazy = contents.map(([name, bytes]) => ({
      ...entry(name, bytes),
      open: () => {
        open += 1;
        return Promise.resolve(Readable.from([bytes]));
      },
    }));
    const stream = zipStream(lazy);
    await new Promise(setImmediate);
    expect(open).toBe(0);
    await buffer(stream);
    expect(open).toBe(3);
  });

  test('asks for the next entry when the one before it was read', async () => {
    const read: string[] = [];
    function* source(): Generator<ZipEntry> {
      for (const [name, bytes] of contents) {
        const open = async (): Promise<Readable> => {
          await new Promise(setImmediate);
          return Readable.from(
            (function* () {
              yield bytes;
              read.push(name);
            })(),
          );
        };
        yield { name, modified, open };
        expect(read.at(-1)).toBe(name);
      }
    }
    await buffer(zipStream(source()));
    expect(read).toEqual(contents.map(([name]) => name));
  });

  test('ends with the error of an entry that cannot be opened, or that breaks off', async () => {
    const closed = { name: 'a.png', modified, open: () => Promise.reject(new Error('gone')) };
    await expect(buffer(zipStream([closed]))).rejects.toThrow('gone');
    function* breaking(): Generator<Buffer> {
      yield Buffer.alloc(100);
      throw new Error('broke off');
    }
    const broken = { name: 'a.png', modified, open: () => Promise.resolve(Readable.from(breaking())) };
    await expect(buffer(zipStream([entry('b.png', Buffer.from('b')), broken]))).rejects.toThrow('broke off');
  });

  test('is refused with a name that leads out of it', async () => {
    for (const name of ['../a.png', '/a.png', 'a/../../b.png'])
      await expect(buffer(zipStream([entry(name, Buffer.from('a'))])), name).rejects.toThrow('path');
  });

  test('that nobody reads any more lets go of the open entry', async () => {
    const endless = Readable.from(
      (async function* () {
        for (;;) yield await Promise.resolve(Buffer.alloc(65_536));
      })(),
    );
    const stream = zipStream([{ name: 'a.png', modified, open: () => Promise.resolve(endless) }]);
    for await (const chunk of stream) {
      expect(chunk).toBeInstanceOf(Buffer);
      break;
    }
    await vi.waitFor(() => expect(endless.destroyed).toBe(true));
  });
});

// The program that most people unpack with, where this machine has it. Elsewhere nothing is registered.
if (hasUnzip()) {
  describe('unzip', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'gaze-zip-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    test('finds no fault and unpacks the same bytes', async () => {
      const archive = join(folder, 'a.zip');
      await writeFile(archive, await buffer(zipStream(contents.map(([name, bytes]) => entry(name, bytes)))));
      // Where the locale knows no UTF-8, unzip writes such names in its own way, and warns of it.
      const env = { ...process.env, LC_ALL: 'C.UTF-8' };
      const found = execFileSync('unzip', ['-t', archive], { encoding: 'utf8', env });
      expect(found).toContain('No errors detected');
      execFileSync('unzip', ['-q', archive, '-d', folder], { env });
      for (const [name, bytes] of contents)
        expect((await readFile(join(folder, name))).equals(bytes)).toBe(true);
      expect((await readdir(folder)).sort()).toEqual(['a.zip', 'characters', 'empty.png', 'looks']);
    });
  });
}

function hasUnzip(): boolean {
  try {
    execFileSync('unzip', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
