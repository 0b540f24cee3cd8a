import { verifies } from '@gaze/testing';
import type { OpenAPIV3_1 } from 'openapi-types';
import { describe, expect, test } from 'vitest';
import { keys } from './canned-catalog.ts';
import { startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

interface Operation {
  id: string;
  method: string;
  path: string;
  /** Content type of its body; null: it takes none. */
  takes: string | null;
  hasQuery: boolean;
  statuses: string[];
}

async function operationsOf(house: TestGateway): Promise<Operation[]> {
  const document = (await (await house.ask('/api/v1/openapi.json')).json()) as OpenAPIV3_1.Document;
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, OpenAPIV3_1.OperationObject>).map(([method, operation]) => {
      const body = operation.requestBody as OpenAPIV3_1.RequestBodyObject | undefined;
      return {
        id: operation.operationId ?? '',
        method: method.toUpperCase(),
        path: path
          .replace('{category}', 'characters')
          .replace('{kind}', 'image')
          .replace('{file}', '384.webp')
          .replace('{sha256}', 'a'.repeat(64))
          .replace(/\{[^}]+\}/g, 'elke_marrow'),
        takes: body === undefined ? null : (Object.keys(body.content)[0] ?? null),
        hasQuery: (operation.parameters ?? []).some((one) => 'in' in one && one.in === 'query'),
        statuses: Object.keys(operation.responses ?? {}),
      };
    }),
  );
}

interface Attempt {
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  path?: string;
}

/** Sends to every operation that declares the status what must bring it about, and answers those that said otherwise. */
async function strayFrom(
  house: TestGateway,
  status: number,
  make: (operation: Operation) => Attempt | null,
  options: { key?: string; operations?: Operation[] } = {},
): Promise<string[]> {
  const { key = keys.admin } = options;
  const strays: string[] = [];
  let asked = 0;
  for (const operation of options.operations ?? (await operationsOf(house))) {
    const attempt = operation.statuses.includes(String(status)) ? make(operation) : null;
    if (attempt === null) continue;
    asked += 1;
    const { path = operation.path, headers = {}, body } = attempt;
    const answer = await house.bare(path, {
      method: operation.method,
      headers: { ...(key === '' ? {} : { 'x-api-key': key }), 'if-match': '*', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    await answer.arrayBuffer();
    if (answer.status !== status) strays.push(`${operation.id}: ${answer.status}`);
  }
  expect(asked).toBeGreaterThan(20);
  return strays;
}

const json = { 'content-type': 'application/json' };
const plain = (operation: Operation): Attempt =>
  operation.takes === null
    ? {}
    : {
        headers: { 'content-type': operation.takes },
        body: operation.takes === 'application/json' ? '{}' : 'x',
      };
/** Signing in and readiness answer anybody: they have tests of their own. */
const keyed = (operation: Operation): Attempt | null =>
  ['signIn', 'getReadiness'].includes(operation.id) ? null : plain(operation);

describe(verifies(['S1', 'S3'], 'every operation brings about what it declares'), () => {
  test('401 without a key, 403 without the scope', async () => {
    await using house = await startGateway();
    expect(await strayFrom(house, 401, keyed, { key: '' })).toEqual([]);
    expect(await strayFrom(house, 403, keyed, { key: keys.nothing })).toEqual([]);
  });

  test('400 for what cannot be read, 415 for another type, 422 for a field that nobody knows', async () => {
    await using house = await startGateway();
    const unreadable = ({ takes, path }: Operation): Attempt =>
      takes === 'application/json'
        ? { headers: json, body: '{' }
        : {
            path: path.replace(/elke_marrow|characters|image$|a{64}/, 'a%00b'),
            ...(takes === null ? {} : { headers: { 'content-type': takes }, body: 'x' }),
          };
    // An upload without an address of its own has nothing else that could not be read.
    expect(
      await strayFrom(house, 400, (operation) =>
        operation.id === 'inspectPicture' ? null : unreadable(operation),
      ),
    ).toEqual([]);
    expect(
      await strayFrom(house, 415, () => ({ headers: { 'content-type': 'text/plain' }, body: 'words' })),
    ).toEqual([]);
    const unknown = ({ id, takes, hasQuery, path }: Operation): Attempt | null => {
      // Endpoints of the original ignore what they do not know.
      if (id === 'keptGenerate') return { headers: json, body: '{"count": 99}' };
      // Whether that is a picture is the catalog's to see, and this one sees nothing.
      if (id === 'uploadEntityCover') return null;
      if (takes === 'application/json') return { headers: json, body: '{"nobody_knows_this": 1}' };
      if (takes !== null) return { headers: { 'content-type': takes }, body: 'no picture' };
      return hasQuery ? { path: `${path}?nobody_knows_this=1` } : null;
    };
    expect(await strayFrom(house, 422, unknown)).toEqual([]);
  });

  test('413 for more than it takes', async () => {
    await using house = await startGateway();
    const text = JSON.stringify({ a: 'x'.repeat(1_200_000) });
    expect(
      await strayFrom(house, 413, ({ takes }) =>
        takes === 'application/json' ? { headers: json, body: text } : null,
      ),
    ).toEqual([]);
  });

  test('429 for who asks too often', async () => {
    await using house = await startGateway({
      config: { local: false, password: 'long enough a password', requestsPerMinute: 1 },
    });
    const operations = await operationsOf(house);
    await (await house.ask('/api/v1/queues')).arrayBuffer();
    // Pictures have a budget of their own, a hundred times as large.
    for (let n = 0; n < 101; n++) await (await house.ask('/api/v1/media/nothing.png')).arrayBuffer();
    expect(await strayFrom(house, 429, keyed, { operations })).toEqual([]);
  });

  test('503 while nobody is there to ask', async () => {
    await using house = await startGateway();
    const operations = await operationsOf(house);
    await house.bus.close();
    const key = 'a key that nobody can look up';
    expect(await strayFrom(house, 503, keyed, { key, operations })).toEqual([]);
  });
});
