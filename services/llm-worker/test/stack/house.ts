import { join } from 'node:path';
import { startLlmStandIn } from '@gaze/llm-stand-in';
import type { Behaviour, LlmStandIn } from '@gaze/llm-stand-in';
import { connectNats } from '@gaze/runtime';
import { eventually, startNats, testLog } from '@gaze/testing';
import { expect } from 'vitest';
import { buildTagServer } from '../../../danbooru-mcp/src/app.ts';
import { buildLlmWorker } from '../../src/app.ts';
import type { LlmWorkerDeps } from '../../src/app.ts';
import { readServers } from '../../src/mcp/config.ts';
import type { McpServerConfig } from '../../src/mcp/config.ts';
import { simulatedLedger } from './simulated-ledger.ts';

const root = join(import.meta.dirname, '../../../..');
export const secretKey = 'sk-stand-in-secret';

/** The bus, the tag server, the stand-in for a model, a ledger in memory: all that a worker needs, but the worker. */
export async function startHouse(options: { behaviour?: Behaviour; ackWaitSeconds?: number } = {}) {
  const log = testLog();
  const nats = await startNats();
  const ledger = await simulatedLedger(nats.url, options.ackWaitSeconds);
  const standIn: LlmStandIn = await startLlmStandIn({ apiKey: secretKey, behaviour: options.behaviour });
  const tagServer = buildTagServer({ folders: [join(root, 'data/tags')], log });
  await tagServer.list.load();
  const port = await tagServer.listen({ host: '127.0.0.1', port: 0 });
  const tagUrl = `http://127.0.0.1:${port}/mcp`;
  const workers: { stop: () => Promise<void> }[] = [];

  async function startWorker(
    more: Partial<LlmWorkerDeps> & { replica?: string; extraServers?: McpServerConfig[] } = {},
  ) {
    const bus = await connectNats({ url: nats.url, name: 'worker', log });
    const { extraServers = [], ...deps } = more;
    const worker = buildLlmWorker({
      replica: 'w1',
      nc: bus.nc,
      provider: { baseUrl: standIn.baseUrl, model: 'stand-in', apiKey: secretKey },
      servers: [...readServers(undefined, tagUrl, undefined), ...extraServers],
      promptsDir: join(root, 'prompts'),
      key: null,
      slots: 4,
      limits: { callSeconds: 20 },
      retryBaseMs: 1,
      mcpTimes: { firstBackOffMs: 20, refreshMs: 200 },
      log,
      ...deps,
    });
    worker.start();
    let isStopped = false;
    const handle = {
      ...worker,
      bus,
      async stop() {
        if (isStopped) return;
        isStopped = true;
        await worker.stop();
        await bus.close();
      },
      /** Nothing more is said or heard, as after kill -9; the bus notices that nobody acknowledges. */
      async vanish() {
        isStopped = true;
        await bus.nc.close();
        void worker.stop();
      },
    };
    workers.push(handle);
    const servers = deps.servers ?? [1];
    await eventually(() =>
      expect(worker.status().servers.filter(({ state }) => state === 'connected').length).toBe(
        deps.servers === undefined ? 1 + extraServers.length : servers.length,
      ),
    );
    return handle;
  }

  return {
    nats,
    ledger,
    standIn,
    tagServer,
    startWorker,
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await standIn.stop();
      await tagServer.stop();
      await ledger[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}
export type House = Awaited<ReturnType<typeof startHouse>>;
