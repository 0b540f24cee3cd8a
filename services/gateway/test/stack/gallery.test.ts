import type { InspectedPicture } from '@gaze/contracts';
import { insertPngText } from '@gaze/media';
import { verifies } from '@gaze/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keys } from './canned-catalog.ts';
import { json, startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

let house: TestGateway;
let png: Buffer;
beforeAll(async () => {
  house = await startGateway();
  png = await sharp({ create: { width: 32, height: 48, channels: 3, background: '#884422' } })
    .png()
    .toBuffer();
});
afterAll(() => house[Symbol.asyncDispose]());

const upload = (body: Buffer | string, type = 'image/png') => ({
  method: 'POST',
  headers: { 'content-type': type },
  body: typeof body === 'string' ? body : new Uint8Array(body),
});

describe(verifies('images.inspect', 'reading a picture that somebody sends'), () => {
  const ask = (body: Buffer | string, type?: string) =>
    house.ask('/api/v1/images/inspect', upload(body, type));

  test('gives prompts, seed and a recipe, and stores nothing', async () => {
    const parameters = 'a lantern\nNegative prompt: lowres\nSteps: 20, Seed: 5, Size: 832x1216';
    const answer = await ask(insertPngText(png, { parameters }));
    expect(answer.status).toBe(200);
    const found = (await answer.json()) as InspectedPicture;
    expect(found).toMatchObject({
      ...{ format: 'png', width: 32, height: 48, generation: null },
      metadata: { source: 'a1111', positive: 'a lantern', seed: 5 },
      recipe: { extra_positive: 'a lantern', extra_negative: 'lowres', seed: 5, width: 832, height: 1216 },
    });
    expect((await house.store.list('')).keys).toEqual([]);
    // What it answers can be submitted as it is.
    const submitted = await house.ask('/api/v1/jobs', json({ recipe: found.recipe }));
    expect(submitted.status).toBe(202);
  });

  test('a picture without texts says so; JPEG and WebP are taken', async () => {
    for (const [bytes, type] of [
      [png, 'image/png'],
      [await sharp(png).jpeg().toBuffer(), 'image/jpeg'],
      [await sharp(png).webp().toBuffer(), 'image/webp'],
    ] as const) {
      const answer = await ask(bytes, type);
      expect(await answer.json()).toMatchObject({ metadata: null, recipe: null, width: 32 });
    }
  });

  test('what is no picture is refused in words', async () => {
    for (const [body, type, status, code] of [
      ['<svg/>', 'image/png', 422, 'image_invalid'],
      [png.subarray(0, 20), 'image/png', 422, 'image_invalid'],
      ['', 'image/png', 400, 'malformed_request'],
      ['{}', 'application/json', 415, 'unsupported_media_type'],
      ['x', 'text/plain', 415, 'unsupported_media_type'],
    ] as const) {
      const answer = await ask(body, type);
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code]);
    }
    const bomb = await sharp({ create: { width: 16_000, height: 16_000, channels: 3, background: '#000' } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    expect((await ask(bomb)).status).toBe(422);
  });
});

describe(verifies('images.zip', 'pictures as one archive'), () => {
  const at = (name: string) => `characters/elke_marrow/${name}`;
  const images =
    (...names: string[]) =>
    () => ({
      images: names.map((name, i) => ({
        ...house.catalog.exampleImage,
        id: `i${i}`,
        key: at(name),
      })),
    });

  test('streams their bytes under their keys, and names those whose files are gone', async () => {
    await house.store.put(at('a.png'), png);
    await house.store.put(at('Käthe.png'), Buffer.from('second'));
    house.catalog.answer('gallery.some', images('a.png', 'gone.png', 'Käthe.png'));
    const answer = await house.ask('/api/v1/images/zip?id=i0&id=i1&id=i2&name=My%20elke%22');
    expect(answer.status).toBe(200);
    expect(house.catalog.lastInput('gallery.some')).toEqual({ ids: ['i0', 'i1', 'i2'] });
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="My_elke_.zip"');
    const zip = Buffer.from(await answer.arrayBuffer());
    expect(namesIn(zip)).toEqual([at('a.png'), at('Käthe.png'), 'not included.txt']);
    expect(zip.includes(png)).toBe(true);
    expect(zip.includes(Buffer.from(at('gone.png')))).toBe(true);
  });

  test('of nothing is 404, of too many or none 422', async () => {
    house.catalog.answer('gallery.some', () => ({ images: [] }));
    expect((await house.ask('/api/v1/images/zip?id=none')).status).toBe(404);
    expect((await house.ask('/api/v1/images/zip')).status).toBe(422);
    const many = Array.from({ length: 201 }, (_, i) => `id=${i}`).join('&');
    expect((await house.ask(`/api/v1/images/zip?${many}`)).status).toBe(422);
  });
});

describe(verifies('api.resources', 'many pictures over HTTP'), () => {
  test('flags, trash, restore and purge take ids, at most 200', async () => {
    const answer = await house.ask('/api/v1/images/flags', json({ ids: ['a', 'b'], rating: 4 }));
    expect(answer.status).toBe(200);
    expect(house.catalog.lastInput('gallery.flags')).toEqual({ ids: ['a', 'b'], rating: 4 });
    for (const name of ['trash', 'restore', 'purge'] as const) {
      expect((await house.ask(`/api/v1/images/${name}`, json({ ids: ['a'] }))).status).toBe(200);
      expect(house.catalog.lastInput(`gallery.${name}`)).toEqual({ ids: ['a'] });
      for (const body of [
        {},
        { ids: [] },
        { ids: Array.from({ length: 201 }, String) },
        { ids: ['a'], all: true },
      ])
        expect((await house.ask(`/api/v1/images/${name}`, json(body))).status).toBe(422);
      const reader = await house.ask(`/api/v1/images/${name}`, {
        ...json({ ids: ['a'] }),
        headers: { ...json({}).headers, 'x-api-key': keys.read },
      });
      expect(reader.status).toBe(403);
    }
  });

  test('DELETE of one is 204, and its problem is the answer where it has one', async () => {
    expect((await house.ask('/api/v1/images/img_1', { method: 'DELETE' })).status).toBe(204);
    house.catalog.answer('gallery.trash', () => ({
      results: [
        { id: 'x', image: null, problem: { code: 'not_found', message: 'There is no picture «x».' } },
      ],
    }));
    const answer = await house.ask('/api/v1/images/x', { method: 'DELETE' });
    expect(await answer.json()).toMatchObject({ status: 404, detail: 'There is no picture «x».' });
  });

  test('filters of the list and of the buckets are checked', async () => {
    expect(
      (await house.ask('/api/v1/images?rating_min=4&from=2026-01-01&q=lantern&lora=a%2Fb.safetensors'))
        .status,
    ).toBe(200);
    expect(house.catalog.lastInput('imagesList')).toMatchObject({
      rating_min: 4,
      from: '2026-01-01',
      q: 'lantern',
      lora: 'a/b.safetensors',
    });
    for (const bad of ['rating_min=9', 'from=yesterday', 'to=2026-13-01', 'by=day'])
      expect((await house.ask(`/api/v1/images?${bad}`)).status).toBe(422);
    expect((await house.ask('/api/v1/images/buckets?by=day&tz=Europe%2FBerlin&favourite=on')).status).toBe(
      200,
    );
    expect(house.catalog.lastInput('gallery.buckets')).toMatchObject({
      by: 'day',
      tz: 'Europe/Berlin',
      favourite: true,
    });
    for (const bad of ['by=year', 'tz=%27%3B', 'limit=3'])
      expect((await house.ask(`/api/v1/images/buckets?${bad}`)).status).toBe(422);
  });

  test('search takes the original’s words for everything', async () => {
    const answer = await house.ask('/api/v1/search?q=elke&category=all&nsfw=sfw&type=resources');
    expect(answer.status).toBe(200);
    expect(house.catalog.lastInput('search.query')).toEqual({
      q: 'elke',
      nsfw: 'sfw',
      type: 'resources',
      limit: 8,
    });
    await house.ask('/api/v1/search?q=elke&category=looks');
    expect(house.catalog.lastInput('search.query')).toMatchObject({ category: 'looks' });
    for (const bad of ['', 'q=', 'q=a&category=none', 'q=a&type=videos', 'q=a&limit=51'])
      expect((await house.ask(`/api/v1/search?${bad}`)).status).toBe(422);
  });

  test('model files are asked by kind and name', async () => {
    expect((await house.ask('/api/v1/models?kind=lora&filter=orphans')).status).toBe(200);
    expect((await house.ask('/api/v1/models/file?kind=lora&name=a%2Fb.safetensors')).status).toBe(200);
    expect(house.catalog.lastInput('models.get')).toEqual({ kind: 'lora', name: 'a/b.safetensors' });
    for (const bad of ['/models', '/models?kind=vae', '/models?kind=lora&filter=x', '/models/file?kind=lora'])
      expect((await house.ask(`/api/v1${bad}`)).status).toBe(422);
  });
});

/** Names of the central directory. */
function namesIn(zip: Buffer): string[] {
  const names: string[] = [];
  const end = zip.length - 22;
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < zip.readUInt16LE(end + 10); i++) {
    const length = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + length));
    at += 46 + length + zip.readUInt16LE(at + 30);
  }
  return names;
}
