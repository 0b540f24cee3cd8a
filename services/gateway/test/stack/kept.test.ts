import { GazeError } from '@gaze/runtime';
import { verifies } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examples } from '../../src/openapi/examples.ts';
import { keys } from './canned-catalog.ts';
import { json, startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

let house: TestGateway;
beforeAll(async () => {
  house = await startGateway();
});
afterAll(() => house[Symbol.asyncDispose]());

const job = examples.getJob?.response as Record<string, unknown>;
const image = examples.getImage?.response as Record<string, unknown>;

describe(verifies('api.kept', 'endpoints of the original'), () => {
  test('GET /api/v1/presets', async () => {
    const answer = await house.ask('/api/v1/presets');
    expect(await answer.json()).toEqual({
      presets: [{ id: 'evening', slug: 'evening', name: 'Evening', has_cover: true }],
    });
  });

  test('POST /api/v1/generate/<preset_slug> with everything, and unknown keys ignored', async () => {
    const body = {
      checkpoint: 'Illustrious_model_safetensors',
      extra_positive: 'rim light',
      extra_negative: null,
      seed: 7,
      width: 832,
      height: 1216,
      count: 2,
      action: 'walking',
    };
    const answer = await house.bare(`/api/v1/generate/evening?api_key=${keys.generate}`, json(body));
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({
      jobs: [
        { job_id: 'j1', status: 'queued' },
        { job_id: 'j2', status: 'queued' },
      ],
    });
    expect(house.catalog.lastInput('jobsSubmit')).toMatchObject({
      count: 2,
      recipe: {
        owner: { category: 'presets', slug: 'evening' },
        preset: 'evening',
        checkpoint: 'Illustrious_model_safetensors',
        extra_positive: 'rim light',
        extra_negative: '',
        seed: 7,
        width: 832,
        height: 1216,
        cover: 'keep',
      },
    });
    expect(house.catalog.lastInput('jobsSubmit')).not.toHaveProperty('recipe.action');
  });

  test.each([
    ['no body at all', { method: 'POST' }],
    [
      'an empty body with a content type',
      { method: 'POST', headers: { 'content-type': 'application/json' } },
    ],
    ['null', json(null)],
    ['an empty object', json({})],
  ])('generate takes %s', async (_what, init) => {
    const answer = await house.ask('/api/v1/generate/evening', init);
    expect(answer.status).toBe(202);
    expect(house.catalog.lastInput('jobsSubmit')).toMatchObject({ count: 1 });
  });

  test.each([
    ['waiting', 'pending'],
    ['dispatched', 'pending'],
    ['running', 'running'],
    ['cancelling', 'running'],
    ['failed', 'failed'],
    ['cancelled', 'failed'],
  ])('a job that is %s is called %s', async (status, word) => {
    house.catalog.answer('jobsGet', () => ({
      ...job,
      status,
      error: status === 'failed' ? { code: 'workflow_refused', message: 'Node 4 refused it.' } : null,
    }));
    const answer = await house.ask('/api/v1/job/j1');
    const error = { failed: 'Node 4 refused it.', cancelled: 'Cancelled' }[status] ?? null;
    expect(await answer.json()).toEqual({
      id: 'j1',
      label: 'Elke Marrow',
      status: word,
      error,
      result: null,
    });
  });

  test('a finished job has its result, in both places', async () => {
    house.catalog.answer('jobsGet', () => ({
      ...job,
      status: 'done',
      images: [image, { ...image, id: 'img_2', url: '/api/v1/media/b.png' }],
    }));
    const result = {
      image_url: image.url,
      relative_path: image.key,
      images: [
        { id: 'img_1', url: image.url },
        { id: 'img_2', url: '/api/v1/media/b.png' },
      ],
      seed: 421_337,
    };
    expect(await (await house.ask('/api/v1/job/j1')).json()).toEqual({
      id: 'j1',
      label: 'Elke Marrow',
      status: 'done',
      error: null,
      result,
    });
    expect(await (await house.ask('/api/queue/j1/status')).json()).toEqual({ status: 'done', result });
  });

  test('POST /api/key/regenerate replaces the key named default', async () => {
    const answer = await house.ask('/api/key/regenerate', { method: 'POST' });
    expect(await answer.json()).toEqual({ api_key: 'gz_4f2a…' });
    expect(house.catalog.lastInput('keysRegenerate')).toEqual({
      name: 'default',
      scopes: ['read', 'generate'],
    });
  });

  test('their errors carry a string beside the problem', async () => {
    const noKey = await house.bare('/api/v1/presets');
    expect(noKey.status).toBe(401);
    expect(await noKey.json()).toMatchObject({ code: 'unauthorized', error: 'You are not signed in.' });
    house.catalog.answer('jobsGet', () => {
      throw new GazeError('not_found', 'There is no job nope.');
    });
    const missing = await house.ask('/api/queue/nope/status');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({
      error: 'There is no job nope.',
      detail: 'There is no job nope.',
    });
    const wrong = await house.ask('/api/v1/generate/evening', json({ count: 99 }));
    expect(wrong.status).toBe(422);
    expect(await wrong.json()).toMatchObject({
      field: 'count',
      error: expect.stringContaining('count') as string,
    });
  });
});
