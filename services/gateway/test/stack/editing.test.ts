import { GazeError } from '@gaze/runtime';
import { verifies } from '@gaze/testing';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { maxUploadBytes } from '@gaze/contracts';
import { keys } from './canned-catalog.ts';
import { json, startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

let house: TestGateway;
beforeAll(async () => {
  house = await startGateway();
});
afterAll(() => house[Symbol.asyncDispose]());

const at = '/api/v1/library/characters/elke_marrow';
const revision = 'a'.repeat(64);
const withMatch = (init: RequestInit, etag: string): RequestInit => ({
  ...init,
  headers: { ...(init.headers as Record<string, string>), 'if-match': etag },
});

describe(verifies('editing.api', 'edits over HTTP'), () => {
  test.each([
    ['PUT', 'data', { data: { a: 1 } }, { type: 'data', data: { a: 1 } }],
    ['PATCH', 'data', { patch: { a: null } }, { type: 'patch', patch: { a: null } }],
    ['PUT', 'text', { text: '{}' }, { type: 'text', text: '{}' }],
  ])('%s …/%s carries its version and hands the new one out', async (method, what, body, change) => {
    const answer = await house.ask(`${at}/${what}`, withMatch(json(body, method), `"${revision}"`));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/);
    expect(house.catalog.lastInput('entityEdit')).toEqual({
      category: 'characters',
      slug: 'elke_marrow',
      by: 'admin',
      if_match: revision,
      change,
    });
  });

  test('an edit without a version is refused; a star means whatever is there; a weak ETag counts', async () => {
    const bare = await house.ask(`${at}/data`, json({ data: {} }, 'PUT'));
    expect(bare.status).toBe(422);
    expect(await bare.json()).toMatchObject({ code: 'invalid_input', field: 'if-match' });
    for (const etag of ['nonsense', '"short"', `"${revision}", "${revision}"`])
      expect((await house.ask(`${at}/data`, withMatch(json({ data: {} }, 'PUT'), etag))).status).toBe(422);
    expect((await house.ask(`${at}/data`, withMatch(json({ data: {} }, 'PUT'), '*'))).status).toBe(200);
    expect(house.catalog.lastInput('entityEdit')).not.toHaveProperty('if_match');
    expect(
      (await house.ask(`${at}/data`, withMatch(json({ data: {} }, 'PUT'), `W/"${revision}"`))).status,
    ).toBe(200);
    expect(house.catalog.lastInput('entityEdit')).toMatchObject({ if_match: revision });
  });

  test('a conflict is a 409 with both versions', async () => {
    const details = { base: { a: 0 }, mine: { a: 1 }, theirs: { a: 2 }, revision, pointers: ['/a'] };
    house.catalog.answer('entityEdit', () => {
      throw new GazeError('conflict', 'Somebody else changed the same as you: /a.', { details });
    });
    const answer = await house.ask(`${at}/data`, withMatch(json({ data: {} }, 'PUT'), '*'));
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'conflict', details });
  });

  test('envelopes are strict, data is not, and a megabyte is enough', async () => {
    const strange = await house.ask(`${at}/data`, withMatch(json({ data: {}, dta: 1 }, 'PUT'), '*'));
    expect(await strange.json()).toMatchObject({ status: 422, field: 'dta' });
    const large = await house.ask(
      `${at}/data`,
      withMatch(json({ data: { a: 'x'.repeat(1_100_000) } }, 'PUT'), '*'),
    );
    expect(large.status).toBe(413);
  });

  test('a new entity is a 201 with its address', async () => {
    const answer = await house.ask('/api/v1/library/characters', json({ name: 'Elke Marrow' }));
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('/api/v1/library/characters/elke_marrow');
  });

  test('delete says hard or not, and hands the trash’s id out', async () => {
    await house.ask(at, { method: 'DELETE' });
    expect(house.catalog.lastInput('entityDelete')).toMatchObject({ hard: false });
    const hard = await house.ask(`${at}?hard=on`, {
      method: 'DELETE',
      headers: { 'if-match': `"${revision}"` },
    });
    expect(await hard.json()).toEqual({ trash_id: '7f3a2c1e' });
    expect(house.catalog.lastInput('entityDelete')).toMatchObject({ hard: true, if_match: revision });
  });

  test('outfits with any name, and only one source of a copy', async () => {
    const name = 'Coat / long & wide';
    await house.ask(`${at}/outfits/${encodeURIComponent(name)}`, { method: 'DELETE' });
    expect(house.catalog.lastInput('outfitDelete')).toMatchObject({ outfit: name });
    const both = await house.ask(`${at}/outfits`, json({ name: 'x', copy_of: 'a', from_entity: 'b' }));
    expect(await both.json()).toMatchObject({ status: 422, field: 'from_entity' });
  });

  test('what fails for one of many says so as a problem', async () => {
    house.catalog.answer('bulk', () => ({
      results: [
        { category: 'characters', slug: 'a', problem: { code: 'not_found', message: 'There is none.' } },
      ],
    }));
    const answer = await house.ask(
      '/api/v1/library/characters/bulk',
      json({ slugs: ['a'], change: { action: 'nsfw', nsfw: true } }),
    );
    expect(await answer.json()).toMatchObject({
      results: [{ slug: 'a', problem: { status: 404, detail: 'There is none.' } }],
    });
    const many = Array.from({ length: 201 }, (_, i) => `s${i}`);
    const tooMany = await house.ask(
      '/api/v1/library/characters/bulk',
      json({ slugs: many, change: { action: 'delete' } }),
    );
    expect(tooMany.status).toBe(422);
  });
});

describe(verifies('editing.covers', 'uploading a cover'), () => {
  const staged: { key: string; bytes: Buffer }[] = [];
  beforeEach(() => {
    staged.length = 0;
    house.catalog.answer('coverUpload', async ({ key }: { key: string }) => {
      const pieces: Buffer[] = [];
      for await (const piece of await house.store.get(key)) pieces.push(piece as Buffer);
      staged.push({ key, bytes: Buffer.concat(pieces) });
      return house.catalog.card;
    });
  });
  const upload = (
    body: NonNullable<RequestInit['body']>,
    type: string,
    more: RequestInit = {},
  ): Promise<Response> =>
    house.ask(`${at}/cover`, { method: 'POST', body, headers: { 'content-type': type }, ...more });

  test('the bytes lie in the staging folder under a name of ours when the catalog is asked', async () => {
    const bytes = Buffer.alloc(700_000, 'picture');
    expect((await upload(bytes, 'image/png')).status).toBe(200);
    expect(staged).toHaveLength(1);
    expect(staged[0]?.key).toMatch(/^\.staging\/[0-9a-f-]{36}$/);
    expect(staged[0]?.bytes.equals(bytes)).toBe(true);
  });

  test('other types, no length, nothing at all and too much are refused before anything is stored', async () => {
    const before = (await house.store.list('.staging/')).keys;
    expect((await upload('<svg/>', 'image/svg+xml')).status).toBe(415);
    expect((await upload('{}', 'application/json')).status).toBe(415);
    expect((await upload('', 'image/png')).status).toBe(400);
    const endless = await upload(Readable.toWeb(Readable.from([Buffer.from('a')])), 'image/png', {
      duplex: 'half',
    });
    expect(endless.status).toBe(400);
    const huge = await upload(Buffer.alloc(maxUploadBytes + 1), 'image/png');
    expect(huge.status).toBe(413);
    expect(staged).toEqual([]);
    expect((await house.store.list('.staging/')).keys).toEqual(before);
  });

  test('what the catalog refuses leaves nothing in the staging folder', async () => {
    const before = (await house.store.list('.staging/')).keys.length;
    house.catalog.answer('coverUpload', () => {
      throw new GazeError('image_invalid', 'The picture is broken or cut off.');
    });
    const answer = await upload('no picture', 'image/png');
    expect(await answer.json()).toMatchObject({ status: 422, code: 'image_invalid' });
    expect((await house.store.list('.staging/')).keys).toHaveLength(before);
  });

  test('pictures are taken nowhere else, and JSON still is everywhere else', async () => {
    const elsewhere = await house.ask(`${at}/favourite`, {
      method: 'PUT',
      body: 'x',
      headers: { 'content-type': 'image/png' },
    });
    expect(elsewhere.status).toBe(415);
    expect((await house.ask(`${at}/favourite`, json({ favourite: true }, 'PUT'))).status).toBe(200);
  });

  test('needs the right to write', async () => {
    expect(
      (await upload('x', 'image/png', { headers: { 'content-type': 'image/png', 'x-api-key': keys.read } }))
        .status,
    ).toBe(403);
  });
});

describe(verifies('editing.missing', 'covers that are missing'), () => {
  const card = (slug: string): object => ({ ...house.catalog.card, slug });

  test('are listed by name', async () => {
    await house.ask('/api/v1/missing/scenes?limit=3');
    expect(house.catalog.lastInput('libraryList')).toMatchObject({
      category: 'scenes',
      has_cover: false,
      sort: 'name',
      limit: 3,
    });
  });

  test('are queued page by page in the batch lane, with a random character where the category takes one', async () => {
    const before = house.catalog.count('jobsSubmit');
    house.catalog.answer('libraryList', ({ cursor, limit }: { cursor?: string; limit: number }) => {
      const from = Number(cursor ?? 0);
      const all = Array.from({ length: 230 }, (_, i) => card(`s${String(i).padStart(3, '0')}`));
      return {
        items: all.slice(from, from + limit),
        next_cursor: from + limit < all.length ? String(from + limit) : null,
      };
    });
    const answer = await house.ask('/api/v1/library/scenes/generate_missing', {
      ...json({ checkpoint: 'm' }),
      headers: { 'content-type': 'application/json', 'idempotency-key': 'once' },
    });
    expect(answer.status).toBe(202);
    const reply = (await answer.json()) as {
      queued: number;
      batch_id: string;
      more: boolean;
      entries: { slug: string }[];
    };
    expect([reply.queued, reply.batch_id, reply.more]).toEqual([230, 'b1', false]);
    expect(reply.entries.map(({ slug }) => slug)).toEqual([...reply.entries.map(({ slug }) => slug)].sort());
    const calls = house.catalog.calls.filter(({ name }) => name === 'jobsSubmit').slice(before);
    expect(calls).toHaveLength(230);
    expect(new Set(calls.map(({ input }) => (input as { batch: { id: string } }).batch.id)).size).toBe(1);
    for (const { input } of calls) {
      const { recipe, lane, idempotency } = input as {
        recipe: { owner: { slug: string }; parts: Record<string, unknown> };
        lane: string;
        idempotency: { key: string };
      };
      expect(lane).toBe('batch');
      expect(recipe).toMatchObject({ cover: 'replace', checkpoint: 'm', owner: { category: 'scenes' } });
      expect(recipe.parts).toMatchObject({
        characters: [{ slug: '__random__' }],
        scenes: [{ slug: recipe.owner.slug }],
      });
      expect(idempotency.key).toBe(`once/${recipe.owner.slug}`);
    }
    const some = await house.ask('/api/v1/library/scenes/generate_missing', json({ limit: 2 }));
    expect(await some.json()).toMatchObject({ queued: 2, more: true });
    await house.ask('/api/v1/library/characters/generate_missing', json({ limit: 1 }));
    expect(house.catalog.lastInput('jobsSubmit')).toMatchObject({
      recipe: { parts: { characters: [{ slug: 's000' }] } },
    });
  });

  test('one that cannot be queued does not stop the others; none at all is an error', async () => {
    house.catalog.answer('libraryList', () => ({ items: [card('good'), card('bad')], next_cursor: null }));
    house.catalog.answer('jobsSubmit', ({ recipe }: { recipe: { owner: { slug: string } } }) => {
      if (recipe.owner.slug === 'bad') throw new GazeError('no_choice', 'There is no character to draw.');
      return { batch_id: 'b1', jobs: [], notes: [], replayed: false };
    });
    const answer = await house.ask('/api/v1/library/scenes/generate_missing', { method: 'POST' });
    expect(await answer.json()).toMatchObject({
      queued: 1,
      entries: [{ problem: null }, { slug: 'bad', problem: { code: 'no_choice' } }],
    });
    house.catalog.answer('libraryList', () => ({ items: [card('bad')], next_cursor: null }));
    expect((await house.ask('/api/v1/library/scenes/generate_missing', { method: 'POST' })).status).toBe(422);
    house.catalog.answer('libraryList', () => ({ items: [], next_cursor: null }));
    const none = await house.ask('/api/v1/library/scenes/generate_missing', { method: 'POST' });
    expect(await none.json()).toEqual({ queued: 0, batch_id: null, more: false, entries: [] });
  });

  test('of a selection are queued for just these, in one batch', async () => {
    house.catalog.answer('jobsSubmit', () => ({ batch_id: 'b7', jobs: [], notes: [], replayed: false }));
    const before = house.catalog.count('jobsSubmit');
    const answer = await house.ask(
      '/api/v1/library/looks/generate_covers',
      json({ slugs: ['b', 'a', 'b'], nsfw: 'sfw' }),
    );
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({
      queued: 2,
      batch_id: 'b7',
      entries: [{ slug: 'b' }, { slug: 'a' }],
    });
    const inputs = house.catalog.calls
      .filter(({ name }) => name === 'jobsSubmit')
      .slice(before)
      .map(({ input }) => input as { batch: { label: string } });
    expect(inputs).toMatchObject([
      { recipe: { owner: { slug: 'b' }, nsfw: 'sfw', cover: 'replace' }, lane: 'batch' },
      { recipe: { owner: { slug: 'a' } }, batch: inputs[0]?.batch },
    ]);
    expect(inputs[0]?.batch.label).toBe('Covers of looks');
  });
});

describe(verifies('editing.export', 'export of a selection'), () => {
  const exportOf = (slugs: string[]): Promise<Response> =>
    house.ask('/api/v1/library/outfits/export', json({ slugs }));

  test('is an archive of the files as they lie there, in the folder of their category; what is gone is named', async () => {
    house.catalog.answer('entityText', ({ slug }: { slug: string }) => {
      if (slug === 'gone') throw new GazeError('not_found', 'There is no such entry.');
      return { text: `{"outfit_id":"${slug}"}`, revision, filename: `${slug}.json`, problem: null };
    });
    const answer = await exportOf(['gone', 'coat', 'veil', 'coat']);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="gaze-outfits.zip"');
    const bytes = Buffer.from(await answer.arrayBuffer());
    // Stored and not packed: names and texts stand in the archive as they are.
    const at = (text: string): number => bytes.indexOf(text);
    expect(at('clothing/coat.json')).toBeGreaterThan(0);
    expect(at('{"outfit_id":"coat"}')).toBeGreaterThan(at('clothing/coat.json'));
    expect(at('{"outfit_id":"veil"}')).toBeGreaterThan(at('clothing/veil.json'));
    expect(bytes.toString('latin1').split('{"outfit_id":"coat"}')).toHaveLength(2);
    expect(bytes.toString('latin1')).toContain('These entries are gone:\ngone');
  });

  test('of nothing that is there is an error and no empty archive', async () => {
    house.catalog.answer('entityText', () => {
      throw new GazeError('not_found', 'There is no such entry.');
    });
    const answer = await exportOf(['gone']);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found', field: 'slugs' });
    expect((await exportOf([])).status).toBe(422);
  });
});
