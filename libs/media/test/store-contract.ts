import { Buffer } from 'node:buffer';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GazeMediaError, readAll } from '../src/index.ts';
import type { ObjectStore } from '../src/index.ts';

export interface OpenStore {
  store: ObjectStore;
  close: () => Promise<void>;
}

/** The code of the refusal that a promise ends with; fails where it does not end so. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof GazeMediaError)) throw error;
  return error.code;
}

const bytes = (text: string): Buffer => Buffer.from(text);

/** Addresses that lead out of a store, or name nothing. */
export const hostileKeys = [
  '',
  '/',
  '/etc/passwd',
  '..',
  '../up.png',
  'a/../../up.png',
  'a/./b.png',
  'a//b.png',
  'a/',
  './a.png',
  'a\\..\\b.png',
  'C:\\a.png',
  'a\0.png',
  'a\n.png',
  'x'.repeat(1000),
];

/** What every driver of the object store does; each driver runs all of it against a store that is empty at first. */
export function storeContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`the object store on ${name}`, () => {
    let opened: OpenStore;
    let store: ObjectStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    test('takes a stream of a known length, and nothing of one that is shorter or longer', async () => {
      const pieces = [Buffer.alloc(200_000, 'a'), Buffer.alloc(100_001, 'b')];
      const all = Buffer.concat(pieces);
      await store.putStream('.staging/up', Readable.from(pieces), { bytes: all.length });
      expect((await readAll(store, '.staging/up')).equals(all)).toBe(true);
      for (const length of [all.length + 1, all.length - 1, 0]) {
        expect(await refusalOf(store.putStream('wrong', Readable.from(pieces), { bytes: length }))).toBe(
          'invalid_input',
        );
        expect(await store.exists('wrong')).toBe(false);
      }
      const broken = new PassThrough();
      const storing = refusalOf(store.putStream('wrong', broken, { bytes: all.length }));
      broken.write(pieces[0]);
      broken.destroy(new Error('the sender went away'));
      expect(await storing).toBe('invalid_input');
      expect(await store.exists('wrong')).toBe(false);
    });

    test('gives back what was put, byte for byte, nothing and megabytes too', async () => {
      const large = Buffer.alloc(3 * 1024 * 1024, 'gaze');
      for (const [key, content] of [
        ['characters/elke_marrow/gen_1.png', bytes('picture')],
        ['empty', Buffer.alloc(0)],
        ['large.bin', large],
      ] as const) {
        await store.put(key, content);
        expect((await readAll(store, key)).equals(content)).toBe(true);
      }
    });

    test('names with spaces, marks and other alphabets are ordinary keys', async () => {
      for (const key of ['a b/ü %2e%2e/日本.png', 'q?x=1#y.png', '...png', '..a/b', 'quote\'"&<.png']) {
        await store.put(key, bytes(key));
        expect((await readAll(store, key)).toString()).toBe(key);
      }
    });

    test('a second put replaces the first one, and the etag changes with the bytes', async () => {
      await store.put('a.png', bytes('one'));
      const before = await store.stat('a.png');
      await store.put('a.png', bytes('three'));
      const after = await store.stat('a.png');
      expect((await readAll(store, 'a.png')).toString()).toBe('three');
      expect([before.bytes, after.bytes]).toEqual([3, 5]);
      expect(after.etag).not.toBe(before.etag);
      expect(after.etag).toMatch(/^".+"$/);
      expect(after.modified).toBeInstanceOf(Date);
    });

    test('a range is closed at both ends', async () => {
      await store.put('a.txt', bytes('0123456789'));
      const chunks: Buffer[] = [];
      for await (const chunk of await store.get('a.txt', { start: 2, end: 5 })) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).toString()).toBe('2345');
    });

    test('what is not there is not_found, and deleting it is no error', async () => {
      expect(await refusalOf(readAll(store, 'gone.png'))).toBe('not_found');
      expect(await refusalOf(store.stat('no/folder/gone.png'))).toBe('not_found');
      expect(await refusalOf(store.move('gone.png', 'here.png'))).toBe('not_found');
      expect(await store.exists('gone.png')).toBe(false);
      await store.delete('gone.png');
      await store.put('a.png', bytes('x'));
      expect(await store.exists('a.png')).toBe(true);
      await store.delete('a.png');
      expect(await store.exists('a.png')).toBe(false);
    });

    test('what holds keys is no object itself', async () => {
      await store.put('folder/a.png', bytes('x'));
      expect(await store.exists('folder')).toBe(false);
      expect(await refusalOf(store.stat('folder'))).toBe('not_found');
      expect(await refusalOf(readAll(store, 'folder'))).toBe('not_found');
    });

    test('a move takes the bytes to a new place, over what lies there', async () => {
      await store.put('.staging/1', bytes('new'));
      await store.put('characters/a/cover.png', bytes('old'));
      await store.move('.staging/1', 'characters/a/cover.png');
      expect(await store.exists('.staging/1')).toBe(false);
      expect((await readAll(store, 'characters/a/cover.png')).toString()).toBe('new');
      await store.move('characters/a/cover.png', 'characters/b c/ü.png');
      expect((await readAll(store, 'characters/b c/ü.png')).toString()).toBe('new');
      await store.put('a b/ü %2e?x=1#y+z.png', bytes('odd'));
      await store.move('a b/ü %2e?x=1#y+z.png', '.trash/a b/ü %2e?x=1#y+z.png');
      expect((await readAll(store, '.trash/a b/ü %2e?x=1#y+z.png')).toString()).toBe('odd');
      expect(await store.exists('a b/ü %2e?x=1#y+z.png')).toBe(false);
    });

    test.each(hostileKeys.map((key) => [key.slice(0, 40), key]))(
      'refuses the key %j everywhere',
      async (_shown, key) => {
        await store.put('a.png', bytes('x'));
        const works: (() => Promise<unknown>)[] = [
          async () => store.put(key, bytes('x')),
          async () => store.get(key),
          async () => store.stat(key),
          async () => store.exists(key),
          async () => store.delete(key),
          async () => store.move(key, 'b.png'),
          async () => store.move('a.png', key),
        ];
        for (const work of works) expect(await refusalOf(work())).toBe('invalid_input');
        expect((await readAll(store, 'a.png')).toString()).toBe('x');
      },
    );

    test('lists by prefix in the order of code points, folders among files', async () => {
      const keys = ['a-b.png', 'a.png', 'a/1.png', 'a/b/2.png', 'a0.png', 'b/1.png', 'Z.png', 'ä.png'];
      for (const key of [...keys].reverse()) await store.put(key, bytes(key));
      const all = [...keys].sort();
      expect(await store.list('')).toEqual({ keys: all, next: null });
      expect((await store.list('a/')).keys).toEqual(['a/1.png', 'a/b/2.png']);
      expect((await store.list('a')).keys).toEqual(['a-b.png', 'a.png', 'a/1.png', 'a/b/2.png', 'a0.png']);
      expect((await store.list('a/b/2')).keys).toEqual(['a/b/2.png']);
      expect((await store.list('nothing/')).keys).toEqual([]);
    });

    test('the walk through everything says of each object what stat says', async () => {
      for (const key of ['b/2.png', 'a.png', 'b/1.png', 'b-1.png', '.thumbs/x'])
        await store.put(key, bytes(key));
      const walked = [];
      for await (const entry of store.entries('')) walked.push(entry);
      expect(walked.map(({ key }) => key)).toEqual((await store.list('')).keys);
      for (const { key, bytes: size, etag, modified } of walked) {
        const info = await store.stat(key);
        expect([size, etag]).toEqual([info.bytes, info.etag]);
        // An HTTP date has no milliseconds.
        expect(Math.abs(modified.getTime() - info.modified.getTime())).toBeLessThan(1000);
      }
      const below = [];
      for await (const { key } of store.entries('b/')) below.push(key);
      expect(below).toEqual(['b/1.png', 'b/2.png']);
      for await (const { key } of store.entries('nothing/')) expect(key).toBe('there is none');
      const rest = [];
      const skip = (folder: string): boolean => folder === '.thumbs/' || folder === 'b/';
      for await (const { key } of store.entries('', { skip })) rest.push(key);
      expect(rest).toEqual(['a.png', 'b-1.png']);
    });

    test('characters outside the basic plane come last, in lists and across pages', async () => {
      const keys = ['a/z.png', 'a/\uff5e.png', 'a/🦊/1.png', 'a/🦊.png'];
      for (const key of keys) await store.put(key, bytes('x'));
      const inOrder = ['a/z.png', 'a/\uff5e.png', 'a/🦊.png', 'a/🦊/1.png'];
      expect((await store.list('')).keys).toEqual(inOrder);
      expect((await store.list('', { cursor: 'a/\uff5e.png' })).keys).toEqual(inOrder.slice(2));
    });

    test('pages lead through everything once, whatever their size', async () => {
      const keys = Array.from(
        { length: 11 },
        (_, index) => `p/${index % 3}/${String(index).padStart(2, '0')}.png`,
      ).sort();
      for (const key of keys) await store.put(key, bytes('x'));
      for (const limit of [1, 3, 11, 50]) {
        const seen: string[] = [];
        let cursor: string | undefined;
        for (let pages = 0; pages < 20; pages += 1) {
          const page = await store.list('p/', cursor === undefined ? { limit } : { limit, cursor });
          expect(page.keys.length).toBeLessThanOrEqual(limit);
          seen.push(...page.keys);
          if (page.next === null) break;
          cursor = page.next;
        }
        expect(seen).toEqual(keys);
      }
    });

    test('readers see a whole object while it is being replaced', async () => {
      const [small, large] = [Buffer.alloc(200_000, 'a'), Buffer.alloc(400_000, 'b')];
      await store.put('a.png', small);
      const rounds = Array.from({ length: 10 }, (_, round) => (round % 2 === 0 ? large : small));
      const writes = rounds.reduce(
        (before, next) => before.then(() => store.put('a.png', next)),
        Promise.resolve(),
      );
      const reads = rounds.map(async () => {
        const got = await readAll(store, 'a.png');
        expect(got.equals(small) || got.equals(large)).toBe(true);
      });
      await Promise.all([writes, ...reads]);
      expect(await readAll(store, 'a.png')).toEqual(small);
    });

    test('puts of one key side by side leave one of them, whole', async () => {
      const contents = Array.from({ length: 8 }, (_, index) => Buffer.alloc(50_000, String(index)));
      await Promise.all(contents.map((content) => store.put('same.png', content)));
      const kept = await readAll(store, 'same.png');
      expect(contents.some((content) => content.equals(kept))).toBe(true);
      expect((await store.list('')).keys).toEqual(['same.png']);
    });
  });
}
