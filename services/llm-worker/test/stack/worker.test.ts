import { randomBytes } from 'node:crypto';
import type { LlmTask } from '@gaze/contracts';
import { LlmTranscript, categories, llmWorkerRpc } from '@gaze/contracts';
import { GazeError, callRpc, seal } from '@gaze/runtime';
import { eventually, verifies } from '@gaze/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { secretKey, startHouse } from './house.ts';
import type { House } from './house.ts';
import type { LedgerJob } from './simulated-ledger.ts';

let house: House;
let worker: Awaited<ReturnType<House['startWorker']>>;
beforeAll(async () => {
  house = await startHouse();
  worker = await house.startWorker();
});
beforeEach(() => {
  house.standIn.script.clear();
  house.standIn.setBehaviour('helpful');
  house.standIn.log.clear();
  house.ledger.state.refuseComplete = null;
});
afterAll(() => house[Symbol.asyncDispose]());

const outfit: LlmTask = {
  kind: 'create_entity',
  category: 'outfits',
  name: 'Harbour coat',
  description: 'A teal wool coat with brass buttons, leather boots.',
};
const ended = (job: LedgerJob): Promise<LedgerJob> =>
  eventually(
    () => {
      if (!['done', 'failed', 'cancelled', 'waiting'].includes(job.status))
        throw new Error(`it is ${job.status}`);
      return job;
    },
    { timeoutMs: 30_000 },
  );
const work = async (task: LlmTask): Promise<LedgerJob> => ended(await house.ledger.submit(task));
const good = {
  outfit_name: 'X',
  wardrobe: { top: 'white shirt' },
  tags: { outfit_type: 'Casual', nsfw: false },
};

describe(verifies('llm.entries', 'an entry from a description'), () => {
  test('is made, with its tags checked by tool and by us', async () => {
    const job = await work(outfit);
    expect(job.failure).toBeNull();
    if (job.result?.kind !== 'create_entity') throw new Error('no entry');
    const { name, data, tag_report: report, refused } = job.result;
    expect([name, data.outfit_name]).toEqual(['Harbour coat', 'Harbour coat']);
    expect(categories.outfits.schema.safeParse(data).success).toBe(true);
    expect(data).not.toHaveProperty('outfit_id');
    expect(data.lora).not.toHaveProperty('lora_name');
    expect(Object.keys(data.wardrobe as object)).toEqual(categories.outfits.sections[0]?.keys);
    expect([report.checked, refused]).toEqual([true, []]);
    expect(job.transcript?.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'assistant',
    ]);
    expect(job.transcript?.messages[2]?.tool_calls?.[0]).toMatchObject({
      server: 'danbooru',
      tool: 'validate_tags',
    });
    expect(job.transcript?.messages[3]).toMatchObject({ outcome: 'ok' });
    expect(job.progress.map(({ phase }) => phase)).toEqual(['asking', 'tools', 'asking', 'checking_tags']);
    await eventually(async () => expect(await house.ledger.queued()).toBe(0));
  });

  test.each(Object.values(categories).map(({ name }) => name))('works for %s', async (category) => {
    const choices = { characters: [{ id: 'mara', name: 'Mara' }] };
    const task: LlmTask = {
      kind: 'create_entity',
      category,
      description: 'Mara Voss, red hair, green eyes, a coat, standing in a harbour at dusk, watercolor',
      ...(category === 'presets' ? { choices } : {}),
    };
    const job = await work(task);
    expect(job.failure).toBeNull();
    if (job.result?.kind !== 'create_entity') throw new Error('no entry');
    expect(categories[category].schema.safeParse(job.result.data).success).toBe(true);
    expect(job.result.name).not.toBe('');
    expect(job.result.data).not.toHaveProperty(categories[category].idField);
  });

  test('has slips of the pen put right and unknown tags marked', async () => {
    house.standIn.script.push({
      kind: 'json',
      value: { ...good, wardrobe: { top: 'Blue_Dres, (whit shirt:1.2)', headwear: 'quibble hat frond' } },
    });
    const { result } = await work(outfit);
    if (result?.kind !== 'create_entity') throw new Error('no entry');
    expect(result.data.wardrobe).toMatchObject({
      top: 'blue dress, (white shirt:1.2)',
      headwear: 'quibble hat frond',
    });
    expect(result.tag_report.replaced).toHaveLength(2);
    expect(result.tag_report.unknown).toMatchObject([
      { pointer: '/wardrobe/headwear', tag: 'quibble hat frond' },
    ]);
  });
});

describe(verifies('llm.tags', 'regenerating tags'), () => {
  const data = {
    outfit_id: 'coat',
    outfit_name: 'Coat',
    wardrobe: { top: 'coat' },
    tags: { mine: 'kept', outfit_type: '', nsfw: false },
    lora: { lora_name: 'a.safetensors' },
  };
  const task: LlmTask = { kind: 'regenerate_tags', category: 'outfits', slug: 'coat', revision: 'r1', data };

  test('changes the declared tags and nothing else', async () => {
    house.standIn.script.push({
      kind: 'json',
      value: { outfit_type: 'Winter', nsfw: false, outfit_name: 'Renamed', lora: { lora_name: 'x' } },
    });
    const { result } = await work(task);
    expect(result).toMatchObject({
      kind: 'regenerate_tags',
      slug: 'coat',
      revision: 'r1',
      tags: { mine: 'kept', outfit_type: 'Winter', nsfw: false },
      changes: [{ pointer: '/tags/outfit_type', before: '', after: 'Winter' }],
    });
    expect(result?.refused.map(({ pointer }) => pointer)).toEqual(['/outfit_name', '/lora']);
  });

  test('takes the object under its own name, and replaces the old list', async () => {
    house.standIn.script.push({ kind: 'json', value: { tags: { outfit_type: 'Winter', nsfw: true } } });
    const { result } = await work({ ...task, data: { ...data, tags: ['coat', 'nsfw'] } });
    expect(result).toMatchObject({ tags: { outfit_type: 'Winter', nsfw: true } });
  });

  test.each(Object.values(categories).map(({ name }) => name))('works for %s', async (category) => {
    const job = await work({
      kind: 'regenerate_tags',
      category,
      slug: 's',
      revision: 'r',
      data: { name: 'x', tags: {} },
    });
    expect([job.failure, job.result?.kind]).toEqual([null, 'regenerate_tags']);
  });
});

describe('an entry from a model file', () => {
  const file = {
    kind: 'lora' as const,
    name: 'Illustrious/Clothing/harbour_coat_v2.safetensors',
    training_tags: [{ tag: 'teal coat', count: 40 }],
    triggers: ['hrbrcoat'],
    base_model: 'Illustrious',
    notes: 'Use at 0.7.',
  };

  test('is told of the file, and may use its triggers', async () => {
    house.standIn.script.push({
      kind: 'json',
      value: {
        ...good,
        wardrobe: { top: 'hrbrcoat, blue coat' },
        lora: { lora_weight: 0.7, lora_triggers: 'hrbrcoat' },
      },
    });
    const { result } = await work({ kind: 'bulk_create', category: 'outfits', file, overwrite: false });
    expect(result).toMatchObject({
      kind: 'bulk_create',
      file: file.name,
      data: {
        wardrobe: { top: 'hrbrcoat, blue coat' },
        lora: { lora_weight: 0.7, lora_triggers: 'hrbrcoat' },
      },
      tag_report: { unknown: [] },
      changes: [],
    });
    const sent = JSON.stringify(house.standIn.log.entries()[0]?.body);
    for (const fact of [
      'Harbour Coat',
      'hrbrcoat',
      'teal coat (40)',
      'Use at 0.7.',
      'Base model: Illustrious',
    ])
      expect(sent).toContain(fact);
  });

  test('overwrites what it says, and keeps the rest', async () => {
    const data = {
      outfit_id: 'old',
      outfit_name: 'Old',
      wardrobe: { top: 'old', footwear: 'boots' },
      lora: { lora_name: file.name, lora_weight: 0.9 },
      note: 'mine',
    };
    house.standIn.script.push({
      kind: 'json',
      value: { ...good, lora: { lora_weight: 0.7, lora_name: 'other' } },
    });
    const { result } = await work({
      kind: 'bulk_create',
      category: 'outfits',
      file,
      overwrite: true,
      existing: { slug: 'old', revision: 'r', data },
    });
    if (result?.kind !== 'bulk_create') throw new Error('no entry');
    expect(result.data).toMatchObject({
      outfit_id: 'old',
      note: 'mine',
      lora: { lora_name: file.name, lora_weight: 0.7 },
      wardrobe: { top: 'white shirt' },
    });
    expect(result.changes).toContainEqual({ pointer: '/wardrobe/top', before: 'old', after: 'white shirt' });
  });
});

describe(verifies('llm.results', 'an answer that cannot be used'), () => {
  test('is named and repaired', async () => {
    house.standIn.script.push(
      { kind: 'text', text: 'Here is your outfit!' },
      { kind: 'json', value: { outfit_name: 'X', wardrobe: { top: 7 } } },
      { kind: 'json', value: good },
    );
    const job = await work(outfit);
    expect(job.status).toBe('done');
    expect(job.transcript?.repairs).toEqual([
      ['The answer holds no JSON object.'],
      ['/wardrobe/top must be text or a list of texts.'],
    ]);
    expect(job.progress.map(({ phase }) => phase)).toEqual([
      'asking',
      'repairing',
      'repairing',
      'checking_tags',
    ]);
  });

  test('and cut short is said to be', async () => {
    house.standIn.script.push(
      { kind: 'cut_short', text: JSON.stringify(good).slice(0, 30) },
      { kind: 'json', value: good },
    );
    const job = await work(outfit);
    expect([job.status, job.transcript?.repairs[0]?.[0]]).toEqual([
      'done',
      expect.stringMatching(/cut off by the limit of tokens/),
    ]);
  });

  test('again and again fails the job with what was wrong, and its transcript', async () => {
    house.standIn.script.push(
      ...Array.from({ length: 3 }, () => ({ kind: 'text' as const, text: '{"outfit_name": ' })),
    );
    const job = await work(outfit);
    expect(job).toMatchObject({
      status: 'failed',
      failure: {
        class: 'permanent',
        error: {
          code: 'llm_failed',
          message: expect.stringMatching(/cannot be used: .*not well-formed/) as string,
        },
      },
      transcript: { turns: 3 },
    });
  });

  test('because the model refuses fails at once', async () => {
    house.standIn.script.push({ kind: 'refusal', text: 'I will not do that.' });
    const job = await work(outfit);
    expect(job).toMatchObject({
      status: 'failed',
      failure: { error: { message: 'The model refused: I will not do that.' } },
      transcript: { turns: 1 },
    });
  });
});

describe('the loop over tools', () => {
  test('ends after ten turns with an answer', async () => {
    house.standIn.setBehaviour('restless');
    const job = await work(outfit);
    expect(job.transcript?.messages.filter(({ tool_calls: calls }) => calls !== undefined)).toHaveLength(9);
    expect([job.status, job.transcript?.turns]).toEqual(['done', 10]);
    expect(house.standIn.log.entries()).toHaveLength(10);
  });

  test('takes no more than eight calls at once, and answers each', async () => {
    const call = { name: 'search_tags', arguments: { query: 'a' } };
    house.standIn.script.push(
      { kind: 'tool_calls', calls: Array.from({ length: 12 }, () => call) },
      { kind: 'json', value: good },
    );
    const job = await work(outfit);
    const outcomes = job.transcript?.messages
      .filter(({ role }) => role === 'tool')
      .map(({ outcome }) => outcome);
    expect(outcomes).toEqual([
      ...Array.from({ length: 8 }, () => 'ok'),
      ...Array.from({ length: 4 }, () => 'refused'),
    ]);
  });

  test('survives calls of what does not exist and arguments that are none', async () => {
    house.standIn.script.push(
      {
        kind: 'tool_calls',
        calls: [
          { name: 'delete_everything', arguments: {} },
          { name: 'search_tags', arguments: '{broken' },
        ],
      },
      { kind: 'json', value: good },
    );
    const job = await work(outfit);
    expect(job.status).toBe('done');
    expect(job.transcript?.messages[2]?.tool_calls?.[0]).toMatchObject({
      server: null,
      tool: 'delete_everything',
    });
    expect(
      job.transcript?.messages.filter(({ role }) => role === 'tool').map(({ outcome }) => outcome),
    ).toEqual(['refused', 'error']);
  });
});

describe('a provider in trouble', () => {
  test('that asks to wait is waited for, and written down', async () => {
    house.standIn.script.push(
      { kind: 'status', status: 429, retryAfterSeconds: 0 },
      { kind: 'status', status: 502 },
    );
    const job = await work(outfit);
    expect([job.status, job.transcript?.retries.length]).toEqual(['done', 2]);
  });

  test('for long gives the job back to the queue with the time', async () => {
    house.standIn.script.push({ kind: 'status', status: 429, retryAfterSeconds: 300 });
    const job = await work(outfit);
    expect(job).toMatchObject({
      status: 'waiting',
      failure: { class: 'provider', retry_after_seconds: 300 },
    });
  });

  test('that refuses the key fails the job, once', async () => {
    house.standIn.script.push({ kind: 'status', status: 401 });
    const job = await work(outfit);
    expect([job.status, job.failure?.error.message, house.standIn.log.entries().length]).toEqual([
      'failed',
      expect.stringMatching(/refused the key/),
      1,
    ]);
  });
});

describe(verifies('llm.transcript', 'the transcript'), () => {
  test('holds no key, though the model says it', async () => {
    house.standIn.script.push({ kind: 'json', value: { ...good, outfit_name: secretKey } });
    const job = await work({
      kind: 'create_entity',
      category: 'outfits',
      description: `My key is ${secretKey}`,
    });
    expect(LlmTranscript.parse(job.transcript)).toEqual(job.transcript);
    expect(JSON.stringify(job.transcript)).not.toContain(secretKey);
    expect(JSON.stringify(job.transcript)).toContain('[secret]');
    expect(job.transcript).toMatchObject({
      model: 'stand-in',
      provider: `127.0.0.1:${house.standIn.port}`,
      prompt_file: 'outfit_system.txt',
      cost: null,
    });
  });
});

describe('the ledger', () => {
  test('may cancel a running job, within a second', async () => {
    house.standIn.script.push({ kind: 'hang' });
    const job = await house.ledger.submit(outfit);
    await eventually(() => expect(house.standIn.script.length()).toBe(0));
    const began = performance.now();
    house.ledger.cancel(job);
    await eventually(() => expect(job.status).toBe('cancelled'));
    expect(performance.now() - began).toBeLessThan(1000);
    await eventually(async () => expect(await house.ledger.queued()).toBe(0));
  });

  test('hears nothing of a job that it no longer knows', async () => {
    const job = await house.ledger.submit(outfit);
    Object.assign(job, { status: 'cancelled' });
    await eventually(async () => expect(await house.ledger.queued()).toBe(0));
  });

  test('that cannot take a result fails the job instead of having it done again', async () => {
    house.ledger.state.refuseComplete = new GazeError('invalid_input', 'The slug is taken.');
    const job = await work(outfit);
    expect(job).toMatchObject({
      status: 'failed',
      attempt: 1,
      failure: {
        error: { code: 'invalid_input', message: expect.stringMatching(/slug is taken/) as string },
      },
    });
  });

  test('that starts a job twice has one result, and the older attempt is dropped', async () => {
    house.standIn.script.push({ kind: 'hang' });
    const job = await house.ledger.submit(outfit);
    await eventually(() => expect(job.attempt).toBe(1));
    await eventually(() => expect(house.standIn.script.length()).toBe(0));
    await house.ledger.repeat(job);
    await ended(job);
    expect([job.status, job.attempt]).toEqual(['done', 2]);
    expect(house.ledger.state.words.filter((word) => word.includes(`${job.id} `))).toEqual([
      `complete ${job.id} 2`,
    ]);
    await eventually(async () => expect(await house.ledger.queued()).toBe(0));
  });

  test('is beaten for what runs', async () => {
    house.standIn.script.push({ kind: 'hang' });
    const job = await house.ledger.submit(outfit);
    await eventually(() => expect(job.attempt).toBe(1));
    await eventually(() => expect(house.standIn.script.length()).toBe(0));
    await eventually(
      () =>
        expect(house.ledger.state.beats.at(-1)).toEqual({
          replica: 'w1',
          attempts: [{ job_id: job.id, attempt: 1 }],
        }),
      { timeoutMs: 15_000 },
    );
    job.attempt = 7;
    await eventually(() => expect(worker.status().running).toBe(0), { timeoutMs: 15_000 });
    expect(house.ledger.state.words.some((word) => word.includes(`${job.id} `))).toBe(false);
  });
});

describe('what a worker tells', () => {
  const ask = () => callRpc(house.ledger.nats.nc, llmWorkerRpc.status, {});

  test('is its model, its servers and their tools, and no key', async () => {
    const status = await ask();
    expect(status).toMatchObject({
      replica: 'w1',
      state: 'ready',
      provider: { model: 'stand-in', has_key: true },
      servers: [
        { name: 'danbooru', state: 'connected', tools: [{ name: 'search_tags', allowed: true }, {}, {}] },
      ],
      slots: 4,
    });
    expect(JSON.stringify(status)).not.toContain(secretKey);
  });

  test('is whether the model answers', async () => {
    const test = () => callRpc(house.ledger.nats.nc, llmWorkerRpc.test, {});
    expect(await test()).toMatchObject({ ok: true, models: ['stand-in'] });
    house.standIn.script.push({ kind: 'status', status: 401 });
    expect(await test()).toMatchObject({
      ok: false,
      message: expect.stringMatching(/refused the key/) as string,
    });
  });
});

describe('a worker without a model of its own', () => {
  test('is up, says so, fails jobs in a sentence, and uses what Settings say', async () => {
    await using other = await startHouse();
    const key = randomBytes(32);
    const bare = await other.startWorker({ provider: null, key });
    expect(bare.status()).toMatchObject({ state: 'not_configured', provider: null });
    const failed = await ended(await other.ledger.submit(outfit));
    expect(failed).toMatchObject({
      status: 'failed',
      transcript: null,
      failure: { class: 'permanent', error: { code: 'llm_not_configured' } },
    });

    const setting = { base_url: other.standIn.baseUrl, model: 'stand-in', sealed_key: seal(secretKey, key) };
    other.ledger.state.provider = setting;
    const done = await ended(await other.ledger.submit(outfit));
    expect(done.status).toBe('done');
    expect(JSON.stringify(done.transcript)).not.toContain(secretKey);

    other.ledger.state.provider = { ...setting, sealed_key: seal(secretKey, randomBytes(32)) };
    expect((await ended(await other.ledger.submit(outfit))).failure?.error.message).toMatch(
      /cannot be opened/,
    );
  });
});
