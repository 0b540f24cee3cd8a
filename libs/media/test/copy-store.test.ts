import { tempDir, verifies } from '@gaze/testing';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyStore, diskStore, readAll } from '../src/index.ts';
import type { ObjectStore } from '../src/index.ts';

const keys = [
  'characters/elke/gen_1_1_0.png',
  'characters/elke/gen_1_1_0.png.json',
  '.trash/x/ü +%20.png',
  'empty',
];

async function filled(folder: string): Promise<ObjectStore> {
  const store = diskStore({ root: folder });
  for (const key of keys) await store.put(key, Buffer.from(key === 'empty' ? '' : `bytes of ${key}`));
  return store;
}

async function contents(store: ObjectStore): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for await (const { key } of store.entries('')) all[key] = (await readAll(store, key)).toString();
  return all;
}

describe(verifies('storage.move', 'taking pictures from one store to another'), () => {
  test('takes every object, leaves the first store as it is, and writes nothing twice', async () => {
    await using dir = await tempDir();
    const from = await filled(join(dir.path, 'from'));
    const to = diskStore({ root: join(dir.path, 'to') });
    const before = await contents(from);
    expect(await copyStore(from, to)).toMatchObject({ copied: 4, kept: 0 });
    expect(await contents(to)).toEqual(before);
    expect(await contents(from)).toEqual(before);
    expect(await copyStore(from, to)).toMatchObject({ copied: 0, kept: 4 });
  });

  test('goes on where it was cut off, and replaces what is only of the same length', async () => {
    await using dir = await tempDir();
    const from = await filled(join(dir.path, 'from'));
    const to = diskStore({ root: join(dir.path, 'to') });
    await to.prepare();
    const first = keys[0] ?? '';
    await to.put(first, Buffer.from('x'.repeat(`bytes of ${first}`.length)));
    let failing = true;
    const cutOff: ObjectStore = {
      ...to,
      putStream: (key, stream, options) => {
        if (failing && key.startsWith('.trash/')) return Promise.reject(new Error('the power is gone'));
        return to.putStream(key, stream, options);
      },
    };
    await expect(copyStore(from, cutOff)).rejects.toThrow('the power is gone');
    failing = false;
    await copyStore(from, cutOff);
    expect(await contents(to)).toEqual(await contents(from));
  });

  test('a store that does not give back what it was given is found out', async () => {
    await using dir = await tempDir();
    const from = await filled(join(dir.path, 'from'));
    const to = diskStore({ root: join(dir.path, 'to') });
    const lying: ObjectStore = {
      ...to,
      putStream: async (key, stream, options) => {
        stream.resume();
        await to.put(key, Buffer.alloc(options.bytes, 'x'));
      },
    };
    await expect(copyStore(from, lying)).rejects.toMatchObject({ code: 'storage_failed' });
  });
});
