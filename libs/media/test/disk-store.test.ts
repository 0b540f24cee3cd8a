import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { diskStore } from '../src/index.ts';
import type { ObjectStore } from '../src/index.ts';
import { readAll } from '../src/index.ts';
import { refusalOf, storeContract } from './store-contract.ts';

const emptyFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'gaze-store-'));

storeContract('disk', async () => {
  const root = await emptyFolder();
  return { store: diskStore({ root }), close: () => rm(root, { recursive: true, force: true }) };
});

describe('on disk', () => {
  let around: string;
  let root: string;
  let store: ObjectStore;
  beforeEach(async () => {
    around = await emptyFolder();
    root = join(around, 'store');
    await mkdir(join(around, 'outside'), { recursive: true });
    await mkdir(root);
    await writeFile(join(around, 'outside', 'secret.png'), 'secret');
    store = diskStore({ root });
  });
  afterEach(() => rm(around, { recursive: true, force: true }));

  test('an object is a file of that name, and nothing else stays behind', async () => {
    await store.put('looks/rain/a.png', Buffer.from('x'));
    expect(await readFile(join(root, 'looks', 'rain', 'a.png'), 'utf8')).toBe('x');
    expect(await readdir(join(root, 'looks', 'rain'))).toEqual(['a.png']);
  });

  test('a put that fails leaves no temporary file and the old object as it was', async () => {
    await store.put('a.png', Buffer.from('old'));
    await mkdir(join(root, 'taken.png'));
    await expect(store.put('taken.png', Buffer.from('new'))).rejects.toThrow();
    await expect(store.put('a.png/below.png', Buffer.from('new'))).rejects.toThrow();
    expect((await readdir(root)).sort()).toEqual(['a.png', 'taken.png']);
    expect((await readAll(store, 'a.png')).toString()).toBe('old');
  });

  test('files that are under way are never listed', async () => {
    await writeFile(join(root, '.half.tmp'), 'half');
    await store.put('a.png', Buffer.from('x'));
    expect((await store.list('')).keys).toEqual(['a.png']);
  });

  test('a link to a file or folder outside leads nowhere', async () => {
    await symlink(join(around, 'outside', 'secret.png'), join(root, 'link.png'));
    await symlink(join(around, 'outside'), join(root, 'door'));
    for (const key of ['link.png', 'door/secret.png']) {
      expect(await refusalOf(readAll(store, key))).toBe('invalid_input');
      expect(await refusalOf(store.stat(key))).toBe('invalid_input');
      expect(await store.exists(key)).toBe(false);
      expect(await refusalOf(store.move(key, 'taken.png'))).toBe('invalid_input');
    }
    expect((await store.list('')).keys).toEqual([]);
    expect((await store.list('door/')).keys).toEqual([]);
  });

  test('nothing is written, moved or deleted through a link', async () => {
    await symlink(join(around, 'outside'), join(root, 'door'));
    await store.put('a.png', Buffer.from('x'));
    expect(await refusalOf(store.put('door/new.png', Buffer.from('x')))).toBe('invalid_input');
    expect(await refusalOf(store.put('door/deep/new.png', Buffer.from('x')))).toBe('invalid_input');
    expect(await refusalOf(store.move('a.png', 'door/a.png'))).toBe('invalid_input');
    expect(await refusalOf(store.delete('door/secret.png'))).toBe('invalid_input');
    expect(await readdir(join(around, 'outside'))).toEqual(['secret.png']);
    expect(await readAll(store, 'a.png')).toEqual(Buffer.from('x'));
  });

  test('a put over a link replaces the link and not what it points to', async () => {
    await symlink(join(around, 'outside', 'secret.png'), join(root, 'link.png'));
    await store.put('link.png', Buffer.from('mine'));
    expect(await readFile(join(around, 'outside', 'secret.png'), 'utf8')).toBe('secret');
    expect((await readAll(store, 'link.png')).toString()).toBe('mine');
  });

  test('a link that stays inside is followed', async () => {
    await store.put('real/a.png', Buffer.from('x'));
    await symlink(join(root, 'real'), join(root, 'alias'));
    expect((await readAll(store, 'alias/a.png')).toString()).toBe('x');
  });

  test('a root that does not exist yet is empty and made by the first put', async () => {
    const fresh = diskStore({ root: join(around, 'later', 'on') });
    expect(await fresh.list('')).toEqual({ keys: [], next: null });
    expect(await refusalOf(fresh.stat('a.png'))).toBe('not_found');
    await fresh.put('a.png', Buffer.from('x'));
    expect(await fresh.exists('a.png')).toBe(true);
  });

  test('a root that is a link itself works', async () => {
    await symlink(root, join(around, 'by-link'));
    const linked = diskStore({ root: join(around, 'by-link') });
    await linked.put('a/b.png', Buffer.from('x'));
    expect((await readAll(linked, 'a/b.png')).toString()).toBe('x');
    expect((await linked.list('a/')).keys).toEqual(['a/b.png']);
  });
});
