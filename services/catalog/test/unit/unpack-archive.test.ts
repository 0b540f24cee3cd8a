import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { deflateRawSync } from 'node:zlib';
import { zipStream } from '@gaze/media';
import { tempDir, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { isArchive, unpackArchive } from '../../src/backup/unpack-archive.ts';

type Contents = Readonly<Record<string, Buffer>>;

const contents: Contents = {
  'database/entity.ndjson': Buffer.alloc(300_000, 'a row\n'),
  'data/characters/Käthe 日本.json': Buffer.from('{}'),
  'pictures/characters/elke/empty.png': Buffer.alloc(0),
  'bus.key': Buffer.from('secret'),
  'files.ndjson': Buffer.from('sums'),
  'manifest.json': Buffer.from('{"format": "gaze-backup"}'),
};

const zipOf = (files: Contents): Promise<Buffer> =>
  buffer(
    zipStream(
      Object.entries(files).map(([name, bytes]) => ({
        name,
        modified: new Date('2026-11-24T10:20:30Z'),
        open: () => Promise.resolve(Readable.from([bytes])),
      })),
    ),
  );

/** Files whose names only a hostile program writes. */
async function stray(name: string): Promise<Buffer> {
  const meek = 'x'.repeat(Buffer.byteLength(name));
  const zip = await zipOf({ ...contents, [meek]: Buffer.from('x') });
  return Buffer.from(zip.toString('latin1').replaceAll(meek, name), 'latin1');
}

/** One file, packed as other programs pack. */
function deflated(name: string, bytes: Buffer, method = 8): Buffer {
  const packed = deflateRawSync(bytes);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(bytes.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(30 + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, entry, Buffer.from(name), end]);
}

/** The same archive with its numbers in the 64-bit end record alone, as a large one has them. */
function wide(zip: Buffer): Buffer {
  const end = Buffer.from(zip.subarray(-22));
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  for (const place of [24, 32]) record.writeBigUInt64LE(BigInt(end.readUInt16LE(10)), place);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(zip.length - 22), 8);
  end.fill(0xff, 8, 20);
  return Buffer.concat([zip.subarray(0, -22), record, locator, end]);
}

async function unpacked(zip: Buffer): Promise<Record<string, Buffer>> {
  await using scratch = await tempDir();
  const [file, folder] = [path.join(scratch.path, 'a.zip'), path.join(scratch.path, 'out')];
  await writeFile(file, zip);
  expect(await isArchive(file)).toBe(true);
  const error: unknown = await unpackArchive(file, folder).then(
    () => null,
    (reason: unknown) => reason,
  );
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const bytes = await Promise.all(
    files.map(async (name) => [path.relative(folder, name), await readFile(name)] as const),
  );
  expect((await readdir(scratch.path)).filter((name) => name !== 'a.zip' && name !== 'out')).toEqual([]);
  if (error !== null) throw Object.assign(error as Error, { left: bytes.length });
  return Object.fromEntries(bytes);
}

describe(verifies('backup.from-archive', 'the archive of a backup'), () => {
  test('gives every file to the byte, in either form of its directory', async () => {
    const zip = await zipOf(contents);
    expect(await unpacked(zip)).toEqual(contents);
    expect(await unpacked(wide(zip))).toEqual(contents);
  });

  test('may be packed anew by another program', async () => {
    const manifest = Buffer.alloc(5000, '{}');
    expect(await unpacked(deflated('manifest.json', manifest))).toEqual({ 'manifest.json': manifest });
    await expect(unpacked(deflated('manifest.json', manifest, 14))).rejects.toThrow('cannot be unpacked');
  });

  test('that was cut off on its way says so', async () => {
    const zip = await zipOf(contents);
    for (const length of [2, 60, zip.length - 100, zip.length - 10])
      await expect(unpacked(zip.subarray(0, length))).rejects.toThrow('Download it again');
  });

  test('without a manifest is none', async () => {
    await expect(unpacked(await zipOf({ 'a.txt': Buffer.from('a') }))).rejects.toThrow('holds no backup');
  });

  test(verifies('S5', 'of a backup that leads out of its folder: nothing of it is written'), async () => {
    for (const name of ['../x.json', 'data/../../x.json', '/etc/x', 'data/a\\..\\b', 'elsewhere/x'])
      await expect(unpacked(await stray(name)), name).rejects.toMatchObject({
        code: 'invalid_input',
        left: 0,
        message: expect.stringContaining('no backup holds') as string,
      });
  });

  test('is told from a folder and from any other file', async () => {
    await using scratch = await tempDir();
    const text = path.join(scratch.path, 'a.txt');
    await writeFile(text, 'text');
    for (const place of [scratch.path, text, path.join(scratch.path, 'none')])
      expect(await isArchive(place)).toBe(false);
  });
});
