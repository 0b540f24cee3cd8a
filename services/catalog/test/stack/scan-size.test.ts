import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { testLibrary } from '../support/library.ts';

/** Ways in which a file is broken or hostile: its bytes, and the kind of the fault that is listed. */
type Hostile = (n: number) => [string | Buffer, 'syntax' | 'schema' | 'too_large'];
const kinds: Hostile[] = [
  (n) => [`{"character_id": "cut_${n}", "identity": {"hair": "sil`, 'syntax'],
  () => ['', 'syntax'],
  (n) => [`{"character_id": "nul_${n}\0"}`, 'syntax'],
  (n) => [
    Buffer.concat([Buffer.from(`{"character_id": "x${n}`), Buffer.from([0xff, 0xfe, 0x22, 0x7d])]),
    'syntax',
  ],
  () => [`{"a":${'['.repeat(10_000)}`, 'syntax'],
  (n) => [`{"character_id": "deep_${n}", "a": ${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'syntax'],
  (n) => [`{"character_id": "list_${n}", "identity": []}`, 'schema'],
  () => ['[1, 2, 3]', 'schema'],
  (n) => [`{"character_id": "half_${n}", "character_name": "\\ud800"}`, 'schema'],
  (n) => [`{"character_id": "zero_${n}", "character_name": "a\\u0000b"}`, 'schema'],
  () => ['{"character_id": "日本"}', 'schema'],
  (n) => [`{"character_id": "long_${n}", "character_name": "${'n'.repeat(100_000)}"}`, 'schema'],
  (n) => [`{"character_id": "trail_${n}"} and more`, 'syntax'],
  (n) => [`{"character_id": "comma_${n}",}`, 'syntax'],
  () => [Buffer.alloc(600 * 1024, 0x20), 'too_large'],
];

test(
  verifies(
    'R11',
    '500 hostile files among 10,000: the 9,500 load, the 500 are listed with place and reason, and no byte of any changes',
  ),
  async () => {
    await using on = await testLibrary();
    const folder = path.dirname(on.data.file('characters', 'x.json'));
    mkdirSync(folder, { recursive: true });
    const expected = new Map<string, string>();
    const put = (name: string, content: string | Buffer, kind?: string): void => {
      writeFileSync(path.join(folder, name), content);
      if (kind !== undefined) expected.set(name, kind);
    };
    for (let i = 0; i < 500; i++) {
      const [content, kind] = (kinds[i % kinds.length] as Hostile)(i);
      put(`hostile_${i}.json`, content, kind);
    }
    put('hostile_0.json', Buffer.alloc(50 * 1024 * 1024, 0x20), 'too_large');
    for (let i = 0; i < 9500; i++) {
      // Some of the good ones carry what a careless reader would take for more than data.
      const extra =
        i % 100 === 0 ? ', "__proto__": {"isAdmin": true}, "constructor": {"prototype": {"x": 1}}' : '';
      const mark = i % 50 === 0 ? '\uFEFF' : '';
      put(`good_${i}.json`, `${mark}{"character_id": "good_${i}", "character_name": "Good ${i}"${extra}}\n`);
    }
    chmodSync(path.join(folder, 'good_1.json'), 0o444);
    const before = sums(folder);

    const [result] = await on.library.scan('characters');
    expect(result).toMatchObject({ files: 10_000, added: 9500, problems: 500, warning: null });
    const listed = await on.db
      .selectFrom('problem_file')
      .select(['file', 'kind', 'line', 'column', 'pointer', 'message'])
      .execute();
    expect(new Map(listed.map(({ file, kind }) => [file, kind]))).toEqual(expected);
    for (const { file, kind, line, column, pointer, message } of listed) {
      expect(message, file).toMatch(/\w/);
      if (kind !== 'too_large') expect([typeof line, typeof column], file).toEqual(['number', 'number']);
      if (kind === 'schema') expect(pointer, file).not.toBeNull();
    }
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
    const { rows } = await sql<{
      n: number;
    }>`SELECT count(*)::int AS n FROM entity WHERE gone_at IS NULL`.execute(on.db);
    expect(rows[0]?.n).toBe(9500);

    const [again] = await on.library.scan('characters');
    expect(again).toMatchObject({ added: 0, changed: 0, removed: 0, problems: 500 });
    expect(sums(folder), 'no file changed').toEqual(before);
  },
);

function sums(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(folder, name)))
        .digest('base64'),
    ]),
  );
}
