import { describe, expect, test } from 'vitest';
import { ApiError, buildClient } from '../src/index.ts';

interface Sent {
  url: string;
  init: RequestInit;
}

/** A fetch that answers as told and remembers what it was asked. */
function recordingFetch(answer: () => Response | Promise<Response>): { fetch: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fake: typeof fetch = async (input, init = {}) => {
    sent.push({ url: input as string, init });
    return answer();
  };
  return { fetch: fake, sent };
}

const ok =
  (body: unknown = {}) =>
  () =>
    Response.json(body);
const headersOf = (sent: Sent | undefined): Record<string, string> =>
  sent?.init.headers as Record<string, string>;

describe('requests', () => {
  test('filters become a query: absent ones are left out, flags are on or off, lists repeat', async () => {
    const { fetch, sent } = recordingFetch(ok({ items: [], next_cursor: null }));
    const client = buildClient({ baseUrl: 'http://gaze', fetch });
    await client.library.list('outfits', {
      q: 'red & blue',
      favourite: true,
      has_lora: false,
      tag: ['a:b', 'a:c'],
      cursor: null,
      limit: 10,
      nsfw: undefined,
    });
    expect(sent[0]?.url).toBe(
      'http://gaze/api/v1/library/outfits?q=red+%26+blue&favourite=on&has_lora=off&tag=a%3Ab&tag=a%3Ac&limit=10',
    );
    expect(sent[0]?.init.method).toBe('GET');
    await client.library.list('outfits');
    expect(sent[1]?.url).toBe('http://gaze/api/v1/library/outfits');
  });

  test('names in addresses are escaped', async () => {
    const { fetch, sent } = recordingFetch(ok());
    await buildClient({ baseUrl: '', fetch }).jobs.get('a/b?c');
    expect(sent[0]?.url).toBe('/api/v1/jobs/a%2Fb%3Fc');
  });

  test('a body is JSON, a key and an Idempotency-Key are headers, a cookie comes along', async () => {
    const { fetch, sent } = recordingFetch(ok());
    const client = buildClient({ baseUrl: '', apiKey: 'secret', fetch });
    await client.jobs.submit({ recipe: {}, count: 2 }, { idempotencyKey: 'once' });
    expect(headersOf(sent[0])).toMatchObject({
      'content-type': 'application/json',
      'x-api-key': 'secret',
      'idempotency-key': 'once',
    });
    expect(sent[0]?.init).toMatchObject({
      method: 'POST',
      body: '{"recipe":{},"count":2}',
      credentials: 'same-origin',
    });
    await client.jobs.retry('j1');
    expect(headersOf(sent[1])).not.toHaveProperty('content-type');
  });

  test('an answer without content is undefined', async () => {
    const { fetch } = recordingFetch(() => new Response(null, { status: 204 }));
    await expect(buildClient({ baseUrl: '', fetch }).keys.revoke('k1')).resolves.toBeUndefined();
  });
});

async function failure(work: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('errors', () => {
  test('carry the problem document', async () => {
    const problem = {
      type: 't',
      title: 'T',
      status: 422,
      code: 'invalid_input',
      detail: 'It is wrong.',
      field: 'count',
    };
    const { fetch } = recordingFetch(() => Response.json(problem, { status: 422 }));
    const error = await failure(buildClient({ baseUrl: '', fetch }).hosts.list());
    expect(error.problem).toEqual(problem);
    expect([error.message, error.status, error.code, error.isOffline]).toEqual([
      'It is wrong.',
      422,
      'invalid_input',
      false,
    ]);
  });

  test('a page of something between is an error too', async () => {
    const { fetch } = recordingFetch(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    const error = await failure(buildClient({ baseUrl: '', fetch }).hosts.list());
    expect(error).toMatchObject({ status: 502, code: 'unavailable' });
  });

  test('nobody there, or an answer that is cut off, is offline', async () => {
    const nobody = recordingFetch(() => Promise.reject(new TypeError('fetch failed')));
    expect((await failure(buildClient({ baseUrl: '', fetch: nobody.fetch }).hosts.list())).isOffline).toBe(
      true,
    );
    const cut = recordingFetch(() => new Response('{"hosts": [', { status: 200 }));
    expect((await failure(buildClient({ baseUrl: '', fetch: cut.fetch }).hosts.list())).isOffline).toBe(true);
  });

  test('an abort stays an abort', async () => {
    const aborting = new AbortController();
    const { fetch } = recordingFetch(() => {
      aborting.abort();
      return Promise.reject(new DOMException('aborted', 'AbortError'));
    });
    const work = buildClient({ baseUrl: '', fetch }).hosts.list({ signal: aborting.signal });
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
  });
});
