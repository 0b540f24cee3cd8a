import { llmControlName, llmRpc, llmSettingsRpc, subjects } from '@gaze/contracts';
import type { LlmControlMessage } from '@gaze/contracts';
import { sealingKey, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection, RpcServer } from '@gaze/runtime';
import type { Db, Trx } from '../../db/connect.ts';
import type { Events } from '../../events/events.ts';
import type { FixedLlm } from './provider.ts';
import { candidateProvider, forgetProvider, noKeyFile, providerView, setProvider } from './provider.ts';
import { setToolServers, toolServers } from './tool-servers.ts';

/** The language model and its tool servers as a person sets them. Keys come sealed, lie sealed, and leave sealed. */
export interface LlmSettings {
  serve: (nc: NatsConnection) => RpcServer[];
  /** A worker's tool servers are as this mark says: told to whoever looks at them when they changed. */
  noteTools: (replica: string, tools: string) => Promise<void>;
}

export function buildLlmSettings(deps: {
  db: Db;
  nc: NatsConnection;
  events: Events;
  /** The key file's; null: there is none, and no secret can be kept. */
  key: Buffer | null;
  fixed: FixedLlm;
  log: Log;
}): LlmSettings {
  const { db, events, key, fixed, log } = deps;
  const lastTools = new Map<string, string>();

  /** The event says that there is something new and nothing of what: the address is for those who may ask. */
  async function change(by: (trx: Trx) => Promise<void>): Promise<void> {
    await db.transaction().execute(async (trx) => {
      await by(trx);
      await events.emit(trx, { type: 'llm.changed' });
    });
    events.wake();
  }

  function tellWorkers(order: Extract<LlmControlMessage, { type: 'tool_servers' }>): void {
    deps.nc.publish(subjects.control(llmControlName), JSON.stringify(order));
  }

  return {
    serve: (nc) => [
      serveRpc(
        nc,
        llmSettingsRpc.sealingKey,
        () => {
          if (key === null) throw noKeyFile();
          return Promise.resolve({ public_key: sealingKey(key) });
        },
        { log },
      ),
      serveRpc(nc, llmSettingsRpc.provider, () => providerView(db, fixed), { log }),
      serveRpc(
        nc,
        llmSettingsRpc.setProvider,
        async (given) => {
          await change((trx) => setProvider(trx, { fixed, key }, given));
          return providerView(db, fixed);
        },
        { log },
      ),
      serveRpc(
        nc,
        llmSettingsRpc.forgetProvider,
        async () => {
          await change((trx) => forgetProvider(trx, fixed));
          return providerView(db, fixed);
        },
        { log },
      ),
      serveRpc(
        nc,
        llmSettingsRpc.candidate,
        async (given) => ({ provider: await candidateProvider(db, { fixed, key }, given) }),
        { log },
      ),
      serveRpc(nc, llmSettingsRpc.toolServers, () => toolServers(db), { log }),
      serveRpc(nc, llmRpc.toolServers, () => toolServers(db), { log }),
      serveRpc(
        nc,
        llmSettingsRpc.setToolServers,
        async (given) => {
          await change((trx) => setToolServers(trx, given));
          tellWorkers({ type: 'tool_servers' });
          return toolServers(db);
        },
        { log },
      ),
      serveRpc(
        nc,
        llmSettingsRpc.reconnect,
        ({ name }) => {
          tellWorkers({ type: 'tool_servers', reconnect: name });
          return Promise.resolve({});
        },
        { log },
      ),
    ],
    async noteTools(replica, tools) {
      if (lastTools.get(replica) === tools) return;
      lastTools.set(replica, tools);
      await events.emit(db, { type: 'llm.changed' });
      events.wake();
    },
  };
}
