import { BucketQuery, ImageQuery } from '@gaze/contracts';
import type { ImageView } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { imageBuckets } from '../../../src/images/buckets.ts';
import { imageSource } from '../../../src/images/filters.ts';
import { listImages } from '../../../src/images/list.ts';
import { findImages } from '../../../src/search/find-images.ts';
import { allOf, askedOf, matches } from '../../../src/search/word-query.ts';
import { idsOf } from '../../support/gallery.ts';
import type { TestLibrary } from '../../support/library.ts';
import { testLibrary } from '../../support/library.ts';
import { completeJob } from '../../support/pictures.ts';

type Asked = Partial<z.input<typeof ImageQuery>>;
const list = (on: Pick<TestLibrary, 'db'>, query: Asked = {}) => listImages(on.db, ImageQuery.parse(query));

/** Every page of a question, with small pages. */
async function walk(on: Pick<TestLibrary, 'db'>, query: Asked, limit = 2): Promise<ImageView[]> {
  const found: ImageView[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await list(on, { ...query, limit, cursor });
    found.push(...page.items);
    if (page.next_cursor === null) return found;
    cursor = page.next_cursor;
  }
}

describe(verifies('images.filters', 'filters of the gallery'), () => {
  let on: TestLibrary;
  const ids: string[] = [];
  const days = [
    '2026-01-31T23:30:00Z',
    '2026-02-01T00:30:00Z',
    '2026-02-15T12:00:00Z',
    '2026-03-01T12:00:00Z',
  ];
  beforeAll(async () => {
    on = await testLibrary();
    const pictures = [
      {
        prompt: '1girl, red_hair, (paper lantern:1.2)',
        lora: 'Looks\\elke.safetensors',
        host: 'A',
        rating: null,
      },
      { prompt: 'a lighthouse, chair', lora: 'Looks/bex.safetensors', host: 'B', rating: 2 },
      { prompt: '1girl, blue hair', lora: 'Looks/elke.safetensors', host: 'A', rating: 4 },
      { prompt: '日本の庭, lanterns', lora: 'Styles/ink.safetensors', host: 'B', rating: 5 },
    ];
    for (const [i, of] of pictures.entries()) {
      const { views } = await completeJob(on, {
        owner: { category: i === 3 ? 'scenes' : 'characters', slug: 'elke' },
        isNsfw: i === 1,
        record: {
          prompts: { main: of.prompt, face: '', hand: '', negative: 'never searched' },
          loras: [{ name: of.lora, weight: 1 }],
          host: { id: of.host, name: of.host },
        },
      });
      ids.push(...idsOf(views));
      await on.db
        .updateTable('image')
        .set({ created_at: days[i] ?? '', rating: of.rating, is_favourite: i === 2 })
        .where('id', '=', ids[i] ?? '')
        .execute();
      await sql`UPDATE image_lora SET created_at = image.created_at FROM image WHERE image.id = image_id`.execute(
        on.db,
      );
    }
  });
  afterAll(() => on[Symbol.asyncDispose]());

  const of = (...picked: number[]): (string | undefined)[] => picked.map((i) => ids[i]);

  test.each<[string, Asked, number[]]>([
    ['all, newest first', {}, [3, 2, 1, 0]],
    ['a LoRA, whatever its slashes', { lora: 'Looks\\elke.safetensors' }, [2, 0]],
    ['a host', { host: 'B' }, [3, 1]],
    ['a rating and better', { rating_min: 4 }, [3, 2]],
    ['from a moment on', { from: '2026-02-01T00:30:00Z' }, [3, 2, 1]],
    ['before a moment', { to: '2026-02-01T00:30:00Z' }, [0]],
    ['a day in UTC', { from: '2026-02-01', to: '2026-02-02' }, [1]],
    ['a moment with an offset', { from: '2026-02-01T01:00:00+01:00', to: '2026-02-01T02:00:00+01:00' }, [1]],
    ['category and favourite', { category: 'characters', favourite: true }, [2]],
    ['no favourite', { favourite: false }, [3, 1, 0]],
    ['NSFW', { nsfw: 'nsfw' }, [1]],
    ['a LoRA of a host, rated', { lora: 'Looks/elke.safetensors', host: 'A', rating_min: 1 }, [2]],
    ['a word', { q: 'lantern' }, [3, 0]],
    ['the beginning of a word', { q: 'lan' }, [3, 0]],
    ['one letter', { q: 'l' }, [3, 1, 0]],
    ['a part of words: hair in chair', { q: 'hair' }, [2, 1, 0]],
    ['several words in any order', { q: 'hair 1gi' }, [2, 0]],
    ['a word with its underscore', { q: 'red_hair' }, [0]],
    ['the middle of a text without spaces', { q: '本の' }, [3]],
    ['words, LoRA and host', { q: 'hair', lora: 'Looks/elke.safetensors', host: 'A' }, [2, 0]],
    ['words and dates', { q: 'hair', to: '2026-02-10' }, [1, 0]],
    ['whose it is', { q: 'elke' }, [3, 2, 1, 0]],
    ['the negative prompt is not searched', { q: 'never' }, []],
    ['nothing but signs', { q: '()!' }, []],
    ['what no prompt has', { q: 'zeppelin' }, []],
    ['hostile signs', { q: `'; DROP TABLE image; -- \\ :* & | <->` }, []],
  ])('%s', async (_what, query, expected) => {
    expect(idsOf((await list(on, query)).items)).toEqual(of(...expected));
    expect(idsOf(await walk(on, query, 1))).toEqual(of(...expected));
  });

  test('buckets: months and days of a time zone, with the borders that the list takes', async () => {
    const buckets = (query: object = {}) => imageBuckets(on.db, BucketQuery.parse(query));
    expect(await buckets()).toEqual({
      total: 4,
      buckets: [
        { bucket: '2026-03', from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', count: 1 },
        { bucket: '2026-02', from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z', count: 2 },
        { bucket: '2026-01', from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z', count: 1 },
      ],
    });
    const berlin = await buckets({ tz: 'Europe/Berlin' });
    expect(berlin.buckets.map(({ bucket, count }) => [bucket, count])).toEqual([
      ['2026-03', 1],
      ['2026-02', 3],
    ]);
    for (const { from, to, count } of berlin.buckets)
      expect((await list(on, { from, to })).items).toHaveLength(count);
    const byDay = await buckets({ by: 'day', q: 'hair', nsfw: 'sfw' });
    expect(byDay.buckets.map(({ bucket }) => bucket)).toEqual(['2026-02-15', '2026-01-31']);
    expect(await buckets({ lora: 'Styles/ink.safetensors' })).toMatchObject({
      total: 1,
      buckets: [{ bucket: '2026-03' }],
    });
    expect(await buckets({ q: 'zeppelin' })).toEqual({ total: 0, buckets: [] });
    await expect(buckets({ tz: 'Mars/Olympus' })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'tz',
    });
  });
});

describe('words among many pictures', () => {
  let on: TestLibrary;
  const size = 30_000;
  /** Words by how many of a thousand pictures have them. */
  const shares = { common: 700, usual: 90, middling: 30, seldom: 4, rare: 1 } as const;
  beforeAll(async () => {
    on = await testLibrary();
    const words = Object.entries(shares).map(
      ([word, share]) =>
        sql`CASE WHEN hashtext(${word} || n) & 1023 < ${Math.round(share * 1.024)} THEN ${word} END`,
    );
    await sql`
      INSERT INTO image (id, key, sha256, bytes, width, height, owner_category, is_nsfw, search, created_at)
      SELECT 'i' || n, 'k' || n, 's', 1, 1, 1, CASE n % 10 WHEN 0 THEN 'looks' ELSE 'characters' END, n % 3 = 0,
        array_to_tsvector(array_remove(ARRAY[${sql.join(words)}, 'w' || n], NULL)),
        '2026-01-01'::timestamptz + n * interval '1 second'
      FROM generate_series(1, ${size}) AS n`.execute(on.db);
    await sql`INSERT INTO search_word SELECT unnest(${Object.keys(shares)}::text[])`.execute(on.db);
    await sql`ANALYZE image`.execute(on.db);
  });
  afterAll(() => on[Symbol.asyncDispose]());

  const questions = [
    ...Object.keys(shares),
    ...['c', 'us', 'idd', 'eldo', 'are', 'w12345', 'w1234', 'nothing'],
    ...['common usual', 'common rare', 'usual middling', 'seldom common usual', 'rare seldom', 'w common'],
  ];
  const filters: Omit<ImageQuery, 'cursor' | 'limit' | 'q'>[] = [
    { nsfw: 'all' },
    { nsfw: 'sfw', category: 'looks' },
    { nsfw: 'nsfw', from: '2026-01-01T02:00:00Z' },
  ];

  test.each(questions)('«%s» gives what plain SQL gives, whichever road was taken', async (q) => {
    const asked = await askedOf(on.db, q);
    for (const filter of filters) {
      const source = imageSource(filter);
      const { rows } = await sql<{ id: string }>`
        SELECT id FROM image WHERE ${source.where} AND ${matches(sql.ref('search'), allOf(asked))}
        ORDER BY created_at DESC, id DESC`.execute(on.db);
      const expected = idsOf(rows);
      const found = await findImages(on.db, {
        source,
        asked,
        cursor: undefined,
        wanted: 61,
        isCounted: true,
      });
      expect(found.ids).toEqual(expected.slice(0, 61));
      expect(found.found).toEqual({
        count: Math.min(expected.length, 1000),
        is_capped: expected.length > 1000,
      });
    }
  });

  test('pages go on where they ended, on every road', async () => {
    for (const q of ['common', 'usual', 'middling', 'seldom', 'rare']) {
      const { rows } = await sql<{ id: string }>`
        SELECT id FROM image WHERE search @@ ${`'${q}'`}::tsquery ORDER BY created_at DESC, id DESC LIMIT 400`.execute(
        on.db,
      );
      const found: string[] = [];
      for (let cursor: string | undefined; found.length < rows.length;) {
        const page = await list(on, { q, limit: 150, cursor });
        found.push(...idsOf(page.items));
        if (page.next_cursor === null) break;
        cursor = page.next_cursor;
      }
      expect(found.slice(0, rows.length)).toEqual(idsOf(rows));
    }
  });
});
