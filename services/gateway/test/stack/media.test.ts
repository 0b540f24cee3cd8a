import { sha256Of, thumbKey } from '@gaze/media';
import { verifies } from '@gaze/testing';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

let house: TestGateway;
let png: Buffer;
const key = 'characters/elke_marrow/gen_j1_1_0.png';
const url = `/api/v1/media/${key}`;

beforeAll(async () => {
  house = await startGateway();
  png = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#884422' } })
    .png()
    .toBuffer();
  await house.store.put(key, png);
});
afterAll(() => house[Symbol.asyncDispose]());

const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

describe(verifies('images.media', 'bytes of pictures'), () => {
  test('whole, with what a browser needs to keep it', async () => {
    const answer = await house.ask(url);
    expect(answer.status).toBe(200);
    expect((await bytesOf(answer)).equals(png)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png.length),
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringMatching(/^inline; filename="gen_j1_1_0\.png"/) as string,
    });
  });

  test('HEAD has the same headers and no body', async () => {
    const answer = await house.ask(url, { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(png.length));
    expect(await answer.text()).toBe('');
  });

  test('304 for who has it already', async () => {
    const etag = (await house.ask(url, { method: 'HEAD' })).headers.get('etag') ?? '';
    expect((await house.ask(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await house.ask(url, { headers: { 'if-none-match': `"other", W/${etag}` } })).status).toBe(304);
    expect((await house.ask(url, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=10-', 10, undefined],
    ['bytes=-5', -5, undefined],
    ['bytes=5-99999999', 5, undefined],
  ])('range %s', async (range, start, end) => {
    const answer = await house.ask(url, { headers: { range } });
    const part = png.subarray(start, end);
    expect(answer.status).toBe(206);
    expect((await bytesOf(answer)).equals(part)).toBe(true);
    const first = start < 0 ? png.length + start : start;
    expect(answer.headers.get('content-range')).toBe(
      `bytes ${first}-${first + part.length - 1}/${png.length}`,
    );
  });

  test('a range outside is 416, several or nonsense are the whole, an old If-Range too', async () => {
    const outside = await house.ask(url, { headers: { range: `bytes=${png.length}-` } });
    expect(outside.status).toBe(416);
    expect(outside.headers.get('content-range')).toBe(`bytes */${png.length}`);
    for (const range of ['bytes=0-1,4-5', 'bytes=9-2', 'lines=1-2']) {
      expect((await house.ask(url, { headers: { range } })).status).toBe(200);
    }
    const changed = await house.ask(url, { headers: { range: 'bytes=0-1', 'if-range': '"older"' } });
    expect(changed.status).toBe(200);
  });

  test('download makes it a file with its name, whatever letters are in it', async () => {
    await house.store.put('characters/elke_marrow/Käthe "1".png', png);
    const answer = await house.ask(
      `/api/v1/media/${encodeURIComponent('characters/elke_marrow/Käthe "1".png')}?download=1`,
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="K_the__1_.png"; filename*=UTF-8''K%C3%A4the%20%221%22.png`,
    );
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
  });
});

describe(verifies(['S5', 'S6'], 'what is no picture of the store'), () => {
  test.each([
    '..%2F..%2F..%2Fetc%2Fpasswd',
    'characters%2F..%2F..%2Fsecret.png',
    'characters%5C..%5Csecret.png',
    'characters//x.png',
    '%2Fetc%2Fhostname.png',
    'a%00b.png',
  ])('the key %s is 400', async (bad) => {
    const answer = await house.ask(`/api/v1/media/${bad}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'malformed_request' });
  });

  test.each([
    `${key}.json`,
    '.staging/upload.png',
    '.thumbs/aa/x.webp',
    'characters/.hidden.png',
    'characters/elke_marrow',
    'characters/none.png',
  ])('%s is 404, whether it is there or not', async (hidden) => {
    const file = join(house.uploads, hidden);
    if (!hidden.endsWith('elke_marrow') && !hidden.endsWith('none.png')) {
      await mkdir(join(file, '..'), { recursive: true });
      await writeFile(file, png);
    }
    expect((await house.ask(`/api/v1/media/${hidden}`)).status).toBe(404);
  });

  test('a page or a drawing named .png is not sent', async () => {
    await house.store.put('characters/page.png', Buffer.from('<!doctype html><script>alert(1)</script>'));
    await house.store.put(
      'characters/drawing.png',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    );
    await house.store.put('characters/short.png', Buffer.from('\x89PNG'));
    for (const name of ['page', 'drawing', 'short']) {
      expect((await house.ask(`/api/v1/media/characters/${name}.png`)).status).toBe(404);
    }
  });

  test('a link inside the store does not lead out of it', async () => {
    const outside = join(house.uploads, '..', 'outside.png');
    await writeFile(outside, png);
    await symlink(outside, join(house.uploads, 'characters', 'link.png'));
    const answer = await house.ask('/api/v1/media/characters/link.png');
    expect([400, 404, 422]).toContain(answer.status);
    await rm(outside);
  });
});

describe(verifies('images.thumbs', 'thumbnails'), () => {
  const thumb = (sha: string, width: number | string, original: string | null = key): string =>
    `/api/v1/thumbs/${sha}/${width}.webp${original === null ? '' : `?key=${encodeURIComponent(original)}`}`;

  test('made once, kept for ever', async () => {
    const sha = sha256Of(png);
    const answers = await Promise.all(Array.from({ length: 5 }, () => house.ask(thumb(sha, 384))));
    const first = await bytesOf(answers[0] as Response);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect((await sharp(first).metadata()).width).toBe(384);
    expect(Object.fromEntries((answers[0] as Response).headers)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'private, max-age=31536000, immutable',
      etag: `"${sha}-384"`,
    });
    expect(await house.store.exists(thumbKey(sha, 384))).toBe(true);
    // Now the original is not needed any more.
    expect((await house.ask(thumb(sha, 384, null))).status).toBe(200);
    expect((await house.ask(thumb(sha, 384), { headers: { 'if-none-match': `"${sha}-384"` } })).status).toBe(
      304,
    );
  });

  test('requests of one moment share the work', async () => {
    const other = await sharp({ create: { width: 500, height: 500, channels: 3, background: '#123456' } })
      .png()
      .toBuffer();
    await house.store.put('characters/other.png', other);
    let reads = 0;
    const { get } = house.store;
    house.store.get = (asked, range) => {
      if (asked === 'characters/other.png') reads += 1;
      return get(asked, range);
    };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => house.ask(thumb(sha256Of(other), 192, 'characters/other.png'))),
    );
    house.store.get = get;
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(reads).toBe(1);
  });

  test('only of the right content, of pictures, and in the known widths', async () => {
    const sha = sha256Of(png);
    expect((await house.ask(thumb('0'.repeat(64), 384))).status).toBe(404);
    expect((await house.ask(thumb(sha, 768, null))).status).toBe(404);
    expect((await house.ask(thumb(sha, 300))).status).toBe(404);
    expect((await house.ask(thumb('XYZ', 384))).status).toBe(400);
    expect((await house.ask(thumb(sha, 192, '../../etc/passwd'))).status).toBe(400);
    const page = Buffer.from('<!doctype html><p>not a picture</p>');
    await house.store.put('characters/page2.png', page);
    expect((await house.ask(thumb(sha256Of(page), 192, 'characters/page2.png'))).status).toBe(404);
  });

  test('a broken picture is 422, not a crash', async () => {
    const broken = png.subarray(0, 60);
    await house.store.put('characters/broken.png', broken);
    expect((await house.ask(thumb(sha256Of(broken), 192, 'characters/broken.png'))).status).toBe(422);
  });
});
