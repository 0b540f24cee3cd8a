import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryName } from '@gaze/contracts';
import type { TestStack } from '@gaze/testing';
import { clientOf } from '../stack/ask.ts';
import { randomFrom } from '../support/random.ts';
import { buildHolds } from './holding.ts';
import { prepare, spare } from './known.ts';
import type { Document, GeneratedRequest, Operation } from './requests.ts';
import { buildRequests, operationsIn } from './requests.ts';

export interface Tally {
  tag: string;
  cases: number;
  accepted: number;
  /** Statuses by operation. */
  seen: Map<string, Set<number>>;
  faults: string[];
}

/** Long work, or work of the whole house: a few of each show what there is to show. */
const heavy = new Map(
  Object.entries({
    rescanCategory: 4,
    rescanLibrary: 2,
    rescanImages: 2,
    rescanModels: 2,
    makeBackup: 2,
    runDoctor: 3,
    getStorage: 6,
    generateMissing: 3,
    generateCovers: 4,
    regenerateAllTags: 1,
    regenerateCategoryTags: 3,
    bulkCreateEntities: 3,
    migrateTags: 3,
    startSweep: 4,
    submitBatches: 6,
    testAddress: 4,
    testHost: 4,
    testLlmProvider: 4,
    setMcpServers: 6,
    startImport: 4,
    downloadBackup: 3,
    setModelFolders: 4,
    exportEntities: 20,
    downloadImages: 20,
    changePassword: 12,
    signIn: 8,
    addHost: 15,
    createWebhook: 15,
    createKey: 40,
    testWebhook: 6,
  }),
);
/** Would end the run, or never end: events have tests of their own. */
const left = [
  'openEvents',
  'streamEvents',
  'endOtherSessions',
  'signOut',
  'keptRegenerateKey',
  'getReadiness',
];

/** Sends generated requests to a house, `cases` for each route class, and says what did not hold. */
export async function runGenerated(
  stack: TestStack,
  options: { cases: number; seed: number },
): Promise<Tally[]> {
  const random = randomFrom(options.seed);
  const document = (await (await fetch(`${stack.url}/api/v1/openapi.json`)).json()) as Document;
  const canary = `outside-${options.seed}-of-the-house`;
  await writeFile(path.join(stack.stateDir, '..', 'secret.txt'), canary);
  const known = await prepare(stack);
  const client = clientOf(stack);
  const holds = buildHolds(document, [canary, 'root:x:0:0']);
  const request = buildRequests(document, known, random);
  const operations = operationsIn(document).filter(({ id }) => !left.includes(id));
  const counts = new Map<string, number>();
  const tallies: Tally[] = [];
  for (const tag of new Set(operations.map((one) => one.tag))) {
    const mine = operations.filter((one) => one.tag === tag);
    const tally: Tally = { tag, cases: 0, accepted: 0, seen: new Map(), faults: [] };
    tallies.push(tally);
    for (let turn = 0; tally.cases < options.cases && turn < options.cases * 4; turn++) {
      const operation = mine[turn % mine.length];
      if (operation === undefined) break;
      const count = (counts.get(operation.id) ?? 0) + 1;
      if (count > (heavy.get(operation.id) ?? Number.POSITIVE_INFINITY)) continue;
      counts.set(operation.id, count);
      const asked = await onSpare(operation, request(operation));
      const answer = await send(asked);
      tally.cases += 1;
      if (answer.status < 300) tally.accepted += 1;
      tally.seen.set(operation.id, (tally.seen.get(operation.id) ?? new Set()).add(answer.status));
      const fault = holds(operation, answer);
      if (fault !== null)
        tally.faults.push(
          `${operation.id} ${asked.method} ${asked.address} ${String(asked.body).slice(0, 300)}: ${fault}`,
        );
    }
  }
  return tallies;

  /** What takes an entry away, or gives it another address, gets one of its own. */
  async function onSpare(operation: Operation, asked: GeneratedRequest): Promise<GeneratedRequest> {
    if (!asked.meant || !/^(deleteEntity|renameEntity|transferEntity)$/.test(operation.id)) return asked;
    const category = /library\/([a-z]+)\//.exec(asked.address)?.[1] as CategoryName;
    if (category === 'checkpoints') return asked;
    const slug = await spare(client, category);
    return { ...asked, address: asked.address.replace(/(library\/[a-z]+)\/[^/?]+/, `$1/${slug}`) };
  }

  async function send({ address, method, headers, body }: GeneratedRequest) {
    const answer = await fetch(stack.url + address, {
      method,
      headers: { 'x-api-key': stack.apiKey, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
    });
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      text: await answer.text(),
    };
  }
}
