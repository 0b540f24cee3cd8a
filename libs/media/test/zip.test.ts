import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { zipStream } from '../src/index.ts';
import type { ZipEntry } from '../src/index.ts';
import { endOf } from '../src/zip.ts';

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
  test('reads back from its directory: names, sizes, checksums, bytes', async () => {
    const zip = await buffer(zipStream(contents.map(([name, bytes]) => entry(name, bytes))));
    const found: [string, Buffer][] = [];
    const end = zip.length - 22;
    expect(zip.readUInt32LE(end)).toBe(0x06054b50);
    expect(zip.readUInt16LE(end + 10)).toBe(3);
    let at = zip.readUInt32LE(end + 16);
    for (let i = 0; i < 3; i++) {
      expect(zip.readUInt32LE(at)).toBe(0x02014b50);
      const [crc, size, nameLength] = [
        zip.readUInt32LE(at + 16),
        zip.readUInt32LE(at + 24),
        zip.readUInt16LE(at + 28),
      ];
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const bytes = zip.subarray(start, start + size);
      expect(crc32(bytes)).toBe(crc);
      found.push([zip.toString('utf8', at + 46, at + 46 + nameLength), Buffer.from(bytes)]);
      at += 46 + nameLength + zip.readUInt16LE(at + 30);
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
    expect(open).toBe(0);
    await buffer(stream);
    expect(open).toBe(3);
  });

  test('ends with the error of an entry that cannot be read', async () => {
    const broken = { name: 'a.png', modified, open: () => Promise.reject(new Error('gone')) };
    await expect(buffer(zipStream([broken]))).rejects.toThrow('gone');
  });

  test('the end of a large one carries its 64-bit directory', () => {
    expect(endOf(3, 200, 1000)).toHaveLength(22);
    const wide = endOf(3, 200, 5 * 1024 ** 3);
    expect(wide).toHaveLength(56 + 20 + 22);
    expect(wide.readBigUInt64LE(48)).toBe(BigInt(5 * 1024 ** 3));
    expect(wide.readBigUInt64LE(56 + 8)).toBe(BigInt(5 * 1024 ** 3 + 200));
    expect(wide.readUInt32LE(76 + 16)).toBe(0xffffffff);
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
      expect(execFileSync('unzip', ['-t', archive], { encoding: 'utf8' })).toContain('No errors detected');
      execFileSync('unzip', ['-q', archive, '-d', folder], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
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
