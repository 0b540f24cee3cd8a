import { GazeError } from '@gaze/runtime';
import { eventually, verifies } from '@gaze/testing';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json, startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

let house: TestGateway;
beforeAll(async () => {
  house = await startGateway();
});
afterAll(() => house[Symbol.asyncDispose]());

const recipe = { owner: { category: 'characters', slug: 'elke_marrow' } };

async function problem(answer: Response): Promise<Record<string, unknown>> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const body = (await answer.json()) as Record<string, unknown>;
  expect(body.status).toBe(answer.status);
  expect(body.request_id).toBe(answer.headers.get('x-request-id'));
  return body;
}

describe(verifies('api.errors', 'what an error says'), () => {
  test.each([
    [{ recipe: { ...recipe, width: 100.5 } }, 'recipe.width'],
    [{ recipe: { ...recipe, parts: { outfits: [{ slug: 'a b' }] } } }, 'recipe.parts.outfits.0.slug'],
    [{ recipe, count: 21 }, 'count'],
    [{ recipe, coutn: 1 }, 'coutn'],
    [{ recipe: { ...recipe, widht: 512 } }, 'recipe.widht'],
    [{}, 'recipe'],
  ])('%j names its field %s in a sentence', async (body, field) => {
    const answer = await house.ask('/api/v1/jobs', json(body));
    expect(answer.status).toBe(422);
    const said = await problem(answer);
    expect(said).toMatchObject({ code: 'invalid_input', field });
    expect(said.detail).toMatch(/^[A-Z«].*\.$/);
    expect(said.hint).toEqual(expect.any(String));
  });

  test('no body, broken JSON, a foreign type, and a poisoned key', async () => {
    const none = await house.ask('/api/v1/jobs', { method: 'POST' });
    expect(await problem(none)).toMatchObject({
      code: 'invalid_input',
      detail: 'The request needs a JSON body.',
    });
    const broken = await house.ask('/api/v1/jobs', { ...json(null), body: '{"recipe": secret-text' });
    expect(broken.status).toBe(400);
    expect(JSON.stringify(await problem(broken))).not.toContain('secret-text');
    const form = await house.ask('/api/v1/jobs', { method: 'POST', body: new URLSearchParams({ a: 'b' }) });
    expect(await problem(form)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    const poisoned = await house.ask('/api/v1/jobs', {
      ...json(null),
      body: '{"__proto__": {"admin": true}}',
    });
    expect(poisoned.status).toBe(400);
  });

  test('the query is strict and names its field', async () => {
    const typo = await house.ask('/api/v1/library/characters?favorite=on');
    expect(await problem(typo)).toMatchObject({ status: 422, field: 'favorite' });
    const wrong = await house.ask('/api/v1/library/characters?limit=0');
    expect(await problem(wrong)).toMatchObject({ status: 422, field: 'limit' });
  });

  test('an address that is not there, and a method that it does not take', async () => {
    const unknown = await house.ask('/api/v1/nothing');
    expect(await problem(unknown)).toMatchObject({ status: 404, code: 'not_found' });
    const category = await house.ask('/api/v1/library/vehicles');
    expect(await problem(category)).toMatchObject({ status: 404, field: 'category' });
    const slug = await house.ask('/api/v1/library/characters/..%2F..%2Fetc');
    expect(await problem(slug)).toMatchObject({ status: 400, field: 'slug' });
    const method = await house.ask('/api/v1/library/characters', { method: 'DELETE' });
    expect(method.headers.get('allow')).toBe('GET, HEAD, POST');
    expect(await problem(method)).toMatchObject({ status: 405, code: 'method_not_allowed' });
  });

  test.each(['/api/v1/media/%ff', '/api/v1/library/characters/%zz', '/%'])(
    'an address that cannot be read (%s) is answered like every other fault',
    async (address) => {
      const answer = await house.ask(address);
      expect(await problem(answer)).toMatchObject({ status: 400, code: 'malformed_request' });
    },
  );

  test('an error of the catalog arrives as it was meant', async () => {
    house.catalog.answer('entityGet', () => {
      throw new GazeError('not_found', 'There is no character ghost.', { field: 'slug' });
    });
    const answer = await house.ask('/api/v1/library/characters/ghost');
    expect(await problem(answer)).toMatchObject({
      status: 404,
      detail: 'There is no character ghost.',
      field: 'slug',
    });
  });

  test('a failure inside shows nothing of itself', async () => {
    house.catalog.answer('hostsList', () => {
      throw new Error('password=hunter2 at /srv/secret.ts');
    });
    const answer = await house.ask('/api/v1/hosts');
    expect(answer.status).toBe(500);
    const text = JSON.stringify(await problem(answer));
    expect(text).not.toMatch(/hunter2|secret\.ts|stack/);
  });

  test('a part that does not answer is 503 with Retry-After', async () => {
    house.catalog.answer('queuesGet', () => {
      throw new GazeError('unavailable', 'The database does not answer.');
    });
    const answer = await house.ask('/api/v1/queues');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(await problem(answer)).toMatchObject({ code: 'unavailable' });
  });
});

describe(verifies('api.clean-text', 'text that nothing can keep'), () => {
  test.each([
    ['a NUL in a prompt', { recipe: { ...recipe, extraPositive: 'a\0b' } }, 'recipe.extraPositive'],
    ['half of a character', { recipe, label: 'x\ud83d' }, 'label'],
    [
      'a NUL in a list',
      { recipe: { ...recipe, extraLoras: [{ name: 'a\0', weight: 1 }] } },
      'recipe.extraLoras.0.name',
    ],
  ])('%s is refused with its field', async (_what, body, field) => {
    const answer = await house.ask('/api/v1/jobs', json(body));
    expect(await problem(answer)).toMatchObject({ status: 422, code: 'invalid_input', field });
  });

  test('in a query or an address too', async () => {
    expect(await problem(await house.ask('/api/v1/search?q=a%00b'))).toMatchObject({
      status: 422,
      field: 'q',
    });
    const slug = await house.ask('/api/v1/library/characters/a%00b');
    expect(await problem(slug)).toMatchObject({ status: 400, field: 'slug' });
  });
});

describe(verifies('S10', 'sizes and rates'), () => {
  test('a body over 100 kB is refused, a batch may have a megabyte', async () => {
    const padded = { recipe: { ...recipe, extra_positive: 'x'.repeat(110_000) } };
    const single = await house.ask('/api/v1/jobs', json(padded));
    expect(await problem(single)).toMatchObject({ status: 413, code: 'payload_too_large' });
    const entries = Array.from({ length: 40 }, () => ({
      recipe: { ...recipe, extra_positive: 'x'.repeat(19_000) },
    }));
    expect((await house.ask('/api/v1/batches', json({ entries }))).status).toBe(202);
    const tooMany = Array.from({ length: 80 }, () => ({
      recipe: { ...recipe, extra_positive: 'x'.repeat(19_000) },
    }));
    expect((await house.ask('/api/v1/batches', json({ entries: tooMany }))).status).toBe(413);
  });

  test('who asks too often is told so in the standard headers', async () => {
    await using busy = await startGateway({
      config: { local: false, password: 'a-password', requestsPerMinute: 10 },
    });
    const answers: Response[] = [];
    for (let index = 0; index < 11; index += 1) answers.push(await busy.ask('/api/v1/queues'));
    expect(answers.map((answer) => answer.status)).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    expect(answers[0]?.headers.get('ratelimit-limit')).toBe('10');
    expect(answers[0]?.headers.get('ratelimit-remaining')).toBe('9');
    const last = answers[10];
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await last?.json()).toMatchObject({ code: 'rate_limited', status: 429 });
  });

  test('a request that is no HTTP is answered and the gateway goes on', async () => {
    const socket = connect(house.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.write('nonsense\r\n\r\n');
    await eventually(() => expect(answer).toContain('400 Bad Request'));
    socket.destroy();
    expect((await house.bare('/healthz')).status).toBe(200);
  });
});

describe(verifies('api.queueing', 'queueing work'), () => {
  test('202 with the jobs, and the recipe as it was meant', async () => {
    const answer = await house.ask('/api/v1/jobs', json({ recipe, count: 3 }));
    expect(answer.status).toBe(202);
    expect(((await answer.json()) as { jobs: unknown[] }).jobs).toHaveLength(3);
    expect(house.catalog.lastInput('jobsSubmit')).toMatchObject({
      recipe: { ...recipe, cover: 'keep', stackLoras: false },
      count: 3,
      lane: 'interactive',
    });
  });

  test('an Idempotency-Key goes on with who, where and what', async () => {
    const submit = async (body: unknown): Promise<Record<string, string>> => {
      const init = json(body);
      await house.ask('/api/v1/jobs', { ...init, headers: { ...init.headers, 'idempotency-key': 'once-1' } });
      return (house.catalog.lastInput('jobsSubmit') as { idempotency: Record<string, string> }).idempotency;
    };
    const first = await submit({ recipe });
    expect(first).toMatchObject({ principal: 'key:admin', route: 'POST /api/v1/jobs', key: 'once-1' });
    expect(await submit({ recipe })).toEqual(first);
    expect((await submit({ recipe, count: 2 })).body_hash).not.toBe(first.body_hash);
  });

  test('a repetition is marked, and a key in other characters is refused', async () => {
    house.catalog.answer('jobsSubmit', () => ({ batch_id: 'b1', jobs: [], notes: [], replayed: true }));
    const answer = await house.ask('/api/v1/jobs', json({ recipe }));
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
    const init = json({ recipe });
    const bad = await house.ask('/api/v1/jobs', {
      ...init,
      headers: { ...init.headers, 'idempotency-key': 'a b' },
    });
    expect(await problem(bad)).toMatchObject({ status: 422, field: 'idempotency-key' });
  });

  test.each([
    ['outfits', 'coat', { parts: { outfits: [{ slug: 'coat' }] }, cover: 'keep' }],
    ['checkpoints', 'model_safetensors', { checkpoint: 'model_safetensors', cover: 'replace' }],
    ['presets', 'evening', { preset: 'evening', cover: 'keep' }],
  ])('generate of %s makes a recipe around it', async (category, slug, expected) => {
    const answer = await house.ask(`/api/v1/library/${category}/${slug}/generate`, { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(house.catalog.lastInput('jobsSubmit')).toMatchObject({
      recipe: { owner: { category, slug }, ...expected },
      count: 1,
    });
  });

  type Sent = {
    recipe: { seed?: number };
    batch?: { id: string; label: string };
    idempotency?: { key: string };
  };
  const sentChunks = (): Sent[][] =>
    house.catalog.calls
      .filter(({ name }) => name === 'jobsSubmitMany')
      .map(({ input }) => (input as { entries: Sent[] }).entries);
  const batchOf = async (body: unknown, headers: Record<string, string> = {}) => {
    const before = sentChunks().length;
    const init = json(body);
    const answer = await house.ask('/api/v1/batches', { ...init, headers: { ...init.headers, ...headers } });
    return { answer, chunks: sentChunks().slice(before) };
  };
  const taken = (entries: unknown[]) => ({
    entries: entries.map((_, index) => ({
      batch_id: `b${index}`,
      job_ids: [`j${index}`],
      notes: [],
      error: null,
    })),
  });

  test('a batch says for every entry what became of it, and carries a key of its own for each', async () => {
    house.catalog.answer('jobsSubmitMany', ({ entries }: { entries: unknown[] }) => ({
      entries: taken(entries).entries.map((entry, index) =>
        index === 1
          ? {
              ...{ batch_id: null, job_ids: [], notes: [] },
              error: { code: 'data_error', message: 'A file has a fault.', file: 'coat.json' },
            }
          : entry,
      ),
    }));
    const { answer, chunks } = await batchOf(
      { entries: [{ recipe }, { recipe }, { recipe }] },
      { 'idempotency-key': 'night' },
    );
    expect(answer.status).toBe(202);
    const body = (await answer.json()) as { accepted: number; entries: { problem: unknown }[] };
    expect(body.accepted).toBe(2);
    expect(body.entries.map(({ problem: one }) => one)).toEqual([
      null,
      expect.objectContaining({ code: 'data_error', file: 'coat.json' }),
      null,
    ]);
    expect(chunks.flat().map(({ idempotency }) => idempotency?.key)).toEqual([
      'night/0',
      'night/1',
      'night/2',
    ]);
  });

  test('a list with a label is one batch, whose name every entry carries', async () => {
    const { chunks } = await batchOf({ entries: [{ recipe }, { recipe }], label: 'Gaps of Elke' });
    const batches = chunks.flat().map(({ batch }) => batch);
    expect(batches[0]?.label).toBe('Gaps of Elke');
    expect(batches[0]).toEqual(batches[1]);
  });

  test('a thousand entries are asked for in chunks, one after the other and in their order; a chunk that nobody answers refuses its own entries only', async () => {
    let asked = 0;
    house.catalog.answer('jobsSubmitMany', ({ entries }: { entries: unknown[] }) => {
      asked += 1;
      if (asked === 3) throw new GazeError('unavailable', 'The database does not answer.');
      return taken(entries);
    });
    const entries = Array.from({ length: 1000 }, (_, seed) => ({ recipe: { seed } }));
    const { answer, chunks } = await batchOf({ entries });
    expect(chunks.map((chunk) => chunk.length)).toEqual(Array.from({ length: 10 }, () => 100));
    expect(chunks.flat().map((sent) => sent.recipe.seed)).toEqual(entries.map((entry) => entry.recipe.seed));
    const body = (await answer.json()) as {
      accepted: number;
      entries: { problem: { code: string } | null }[];
    };
    expect(body.accepted).toBe(900);
    const lost = body.entries.flatMap(({ problem: one }, index) => (one === null ? [] : [index]));
    expect(lost).toEqual(Array.from({ length: 100 }, (_, index) => 200 + index));
  });

  test('entries that ask for much, or are long, come in smaller chunks', async () => {
    house.catalog.answer('jobsSubmitMany', ({ entries }: { entries: unknown[] }) => taken(entries));
    const many = await batchOf({ entries: Array.from({ length: 25 }, () => ({ recipe, count: 20 })) });
    expect(many.chunks.map((chunk) => chunk.length)).toEqual([10, 10, 5]);
    const long = { ...recipe, extra_positive: 'x'.repeat(4000) };
    const large = await batchOf({ entries: Array.from({ length: 100 }, () => ({ recipe: long })) });
    expect(large.chunks.length).toBeGreaterThan(1);
    for (const chunk of large.chunks) expect(JSON.stringify(chunk).length).toBeLessThan(300 * 1024);
  });

  test('a batch of which nothing was queued is an error', async () => {
    house.catalog.answer('jobsSubmitMany', () => {
      throw new GazeError('unavailable', 'The database does not answer.');
    });
    const { answer } = await batchOf({ entries: [{ recipe }, { recipe }] });
    expect(answer.status).toBe(503);
  });

  test('a cancel that names nothing is refused', async () => {
    const answer = await house.ask('/api/v1/jobs/cancel', json({ all_waiting: false }));
    expect(answer.status).toBe(422);
    expect(house.catalog.count('jobsCancel')).toBe(0);
  });
});

describe(verifies('api.resources', 'asking the catalog'), () => {
  test('filters of a list arrive as the catalog knows them', async () => {
    await house.ask('/api/v1/library/outfits?favourite=on&nsfw=sfw&tag=a:b&tag=a:c&q=coat&limit=10');
    expect(house.catalog.lastInput('libraryList')).toEqual({
      category: 'outfits',
      favourite: true,
      nsfw: 'sfw',
      tags: ['a:b', 'a:c'],
      q: 'coat',
      limit: 10,
      sort: 'favourite',
    });
    await house.ask('/api/v1/jobs?status=waiting');
    expect(house.catalog.lastInput('jobsList')).toMatchObject({ status: ['waiting'] });
    await house.ask('/api/v1/jobs?status=waiting&status=running');
    expect(house.catalog.lastInput('jobsList')).toMatchObject({ status: ['waiting', 'running'] });
  });

  test('an entity carries its revision as ETag', async () => {
    await using other = await startGateway();
    const answer = await other.ask('/api/v1/library/characters/elke_marrow');
    expect(answer.headers.get('etag')).toBe(`"${'a'.repeat(64)}"`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('a batch that nobody knows is 404', async () => {
    house.catalog.answer('jobsList', () => ({ items: [], next_cursor: null }));
    expect((await house.ask('/api/v1/batches/nope')).status).toBe(404);
  });
});
