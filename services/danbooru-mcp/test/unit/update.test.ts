import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { tempDir, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { runUpdate } from '../../src/update.ts';

const tags = Array.from({ length: 25 }, (_, at) => ({
  id: at + 1,
  name: at === 3 ? 'a,"b"' : `tag_${at + 1}`,
  category: [0, 1, 3, 4, 5][at % 5],
  post_count: (at + 1) * 10,
  is_deprecated: at === 5,
}));
const aliases = [
  { id: 1, antecedent_name: 'old_20', consequent_name: 'tag_20' },
  { id: 2, antecedent_name: 'older_20', consequent_name: 'tag_20' },
];

/** Speaks as Danbooru does, ten a page; `trouble` answers instead while it gives something. */
async function fakeDanbooru(
  trouble: (n: number) => { status: number; retryAfter?: string } | null = () => null,
) {
  const asked: string[] = [];
  let busy = 0;
  let mostBusy = 0;
  const server = createServer((request, response) => {
    mostBusy = Math.max(mostBusy, ++busy);
    response.on('finish', () => busy--);
    const url = new URL(request.url ?? '', 'http://x');
    asked.push(`${url.pathname}?${url.searchParams.get('page') ?? ''}`);
    const wrong = trouble(asked.length);
    if (wrong !== null) {
      response
        .writeHead(wrong.status, wrong.retryAfter === undefined ? {} : { 'retry-after': wrong.retryAfter })
        .end('{}');
      return;
    }
    const all: { id: number; post_count?: number }[] = url.pathname === '/tags.json' ? tags : aliases;
    const before = Number(url.searchParams.get('page')?.slice(1) ?? Infinity);
    const least = Number(url.searchParams.get('search[post_count]')?.slice(2) ?? 0);
    const page = all
      .filter(({ id, post_count }) => id < before && (post_count ?? Infinity) >= least)
      .sort((a, b) => b.id - a.id)
      .slice(0, 10);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    asked,
    mostBusy: () => mostBusy,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function run(dir: string, url: string, ...more: string[]) {
  const said: string[] = [];
  const args = ['--dir', dir, '--base-url', url, '--pause-ms', '0', '--min-count', '1', ...more];
  return runUpdate(args, (line) => said.push(line), new AbortController().signal).then((code) => ({
    code,
    said,
  }));
}

describe(verifies('tags.update', 'tags:update'), () => {
  test('fetches every page, one at a time, and writes the list in its form', async () => {
    await using dir = await tempDir();
    await using danbooru = await fakeDanbooru();
    const { code, said } = await run(dir.path, danbooru.url);
    expect([code, said.at(-1)]).toEqual([0, 'danbooru.csv holds 24 tags and 2 aliases now.']);
    expect(danbooru.asked).toEqual([
      '/tags.json?',
      '/tags.json?b16',
      '/tags.json?b6',
      '/tags.json?b1',
      '/tag_aliases.json?',
      '/tag_aliases.json?b1',
    ]);
    expect(danbooru.mostBusy()).toBe(1);
    const lines = (await readFile(join(dir.path, 'danbooru.csv'), 'utf8')).split('\n');
    expect(lines[0]).toBe('tag_25,5,250,');
    expect(lines).toContain('tag_20,5,200,"older_20,old_20"');
    expect(lines).toContain('"a,""b""",4,40,');
    expect(lines.join()).not.toContain('tag_6,');
    expect(await readdir(dir.path)).toEqual(['danbooru.csv']);
  });

  test('leaves rare tags out', async () => {
    await using dir = await tempDir();
    await using danbooru = await fakeDanbooru();
    await run(dir.path, danbooru.url, '--min-count', '200');
    expect((await readFile(join(dir.path, 'danbooru.csv'), 'utf8')).trim().split('\n')).toHaveLength(6);
  });

  test('waits as long as it is asked to, and takes errors of the server for passing', async () => {
    await using dir = await tempDir();
    await using danbooru = await fakeDanbooru((n) =>
      n === 2 ? { status: 429, retryAfter: '0' } : n === 4 ? { status: 503 } : null,
    );
    const { code, said } = await run(dir.path, danbooru.url);
    expect(code).toBe(0);
    expect(said.filter((line) => line.includes('waiting'))).toHaveLength(2);
  });

  test('goes on where it was interrupted, a half-written page included', async () => {
    await using dir = await tempDir();
    await writeFile(join(dir.path, 'danbooru.csv'), 'kept,0,1,\n');
    await using failing = await fakeDanbooru((n) => (n > 2 ? { status: 403 } : null));
    const first = await run(dir.path, failing.url);
    expect([first.code, first.said.at(-1)]).toEqual([
      1,
      expect.stringContaining('refused the request (403)'),
    ]);
    expect(await readFile(join(dir.path, 'danbooru.csv'), 'utf8')).toBe('kept,0,1,\n');
    const part = join(dir.path, '.danbooru-tags-1.part');
    await writeFile(part, `${await readFile(part, 'utf8')}[{"id":5,"na`);

    await using danbooru = await fakeDanbooru();
    const second = await run(dir.path, danbooru.url);
    expect(second.code).toBe(0);
    expect(danbooru.asked[0]).toBe('/tags.json?b6');
    expect((await readFile(join(dir.path, 'danbooru.csv'), 'utf8')).trim().split('\n')).toHaveLength(24);
  });

  test('says what is wrong with its options', async () => {
    const { code, said } = await run('/nowhere', 'http://127.0.0.1:1/', '--min-count', 'x');
    expect([code, said[0]]).toEqual([1, expect.stringContaining('--min-count is a whole number')]);
  });
});
