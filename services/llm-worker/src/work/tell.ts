import { llmWorkerRpc } from '@gaze/contracts';
import type { LlmWorkerStatus } from '@gaze/contracts';
import { serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Providers } from '../llm/providers.ts';
import { tryProvider } from './try-provider.ts';

/** What the settings page asks of a worker: how it stands, and whether the model answers. */
export function tellStatus(
  nc: NatsConnection,
  deps: { status: () => LlmWorkerStatus; providers: Providers; log: Log },
): { stop: () => Promise<void> } {
  const servers = [
    serveRpc(nc, llmWorkerRpc.status, () => Promise.resolve(deps.status()), { log: deps.log }),
    serveRpc(nc, llmWorkerRpc.test, ({ provider }) => tryProvider(deps.providers, provider), {
      log: deps.log,
    }),
  ];
  return {
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
