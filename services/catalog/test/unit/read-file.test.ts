import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { categories } from '@gaze/contracts';
import { tempDir } from '@gaze/testing';
import { expect, test } from 'vitest';
import { readEntityFile } from '../../src/library/read-file.ts';
import { seenFiles } from '../../src/library/seen-files.ts';

test('a file too large is refused without being read', async () => {
  await using folder = await tempDir();
  const file = path.join(folder.path, 'big.json');
  await writeFile(file, Buffer.alloc(50 * 1024 * 1024, 32));
  const reading = readEntityFile(file, categories.characters);
  expect(reading).toMatchObject({
    ok: false,
    stamp: { size: 50 * 1024 * 1024 },
    fault: { kind: 'too_large' },
  });
});

test('a file that is gone is no fault', async () => {
  await using folder = await tempDir();
  expect(readEntityFile(path.join(folder.path, 'gone.json'), categories.characters)).toBeNull();
});

test('a wardrobe that mixes fields with outfits is found with its place', async () => {
  await using folder = await tempDir();
  const file = path.join(folder.path, 'elke.json');
  await writeFile(
    file,
    '{\n "character_id": "elke",\n "wardrobe": {\n  "top": "shirt",\n  "winter": {"top": "coat"}\n }\n}',
  );
  const reading = readEntityFile(file, categories.characters);
  expect(reading).toMatchObject({
    ok: false,
    fault: { kind: 'schema', line: 3, column: 14, pointer: '/wardrobe' },
  });
});

test('a number in one outfit of several is found at that outfit', async () => {
  await using folder = await tempDir();
  const file = path.join(folder.path, 'elke.json');
  await writeFile(
    file,
    '{\n "character_id": "elke",\n "wardrobe": {\n  "default": {"top": "shirt"},\n  "winter": {"top": 7}\n }\n}',
  );
  const reading = readEntityFile(file, categories.characters);
  expect(reading).toMatchObject({ ok: false, fault: { line: 5, pointer: '/wardrobe/winter/top' } });
});

test('only regular files that end in .json and do not begin with a dot are seen', async () => {
  await using folder = await tempDir();
  await mkdir(path.join(folder.path, 'folder.json'));
  for (const name of ['a.json', '.hidden.json', 'b.json.tmp', 'c.txt'])
    await writeFile(path.join(folder.path, name), '{}');
  // A socket stands for whatever is no file and would never end.
  const server = createServer().listen(path.join(folder.path, 'socket.json'));
  await once(server, 'listening');
  expect([...(await seenFiles(folder.path)).seen.keys()]).toEqual(['a.json']);
  expect([...(await seenFiles(path.join(folder.path, 'nowhere'))).seen.keys()]).toEqual([]);
  await expect(seenFiles(path.join(folder.path, 'a.json'))).rejects.toThrow('ENOTDIR');
  server.close();
});
