import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { work } from './execution/worker.ts';
import { buildFaults } from './faults/faults.ts';
import type { Faults } from './faults/faults.ts';
import { clearTemp, makeFolders } from './files/folders.ts';
import { buildHost } from './host.ts';
import type { HostDeps } from './host.ts';
import { buildEventLog } from './log/event-log.ts';
import type { EventLog } from './log/event-log.ts';
import { writeFakeModels } from './models/fake-models.ts';
import { settingsOf } from './options.ts';
import type { StandInOptions } from './options.ts';
import { buildServer } from './server.ts';

export interface StandIn extends AsyncDisposable {
  url: string;
  port: number;
  name: string;
  modelsDir: string;
  outputDir: string;
  /** Outlives restarts. */
  log: EventLog;
  faults: Faults;
  /** Ends every socket, as a network does. */
  cutSockets: () => void;
  /** The process dies: queue, history, cache and sockets are gone, the port is closed; files stay. */
  kill: () => Promise<void>;
  /** Dies (where it still lives) and starts anew on the same port, `downMs` later. */
  restart: (options?: { downMs?: number }) => Promise<void>;
  stop: () => Promise<void>;
}

interface Life {
  port: number;
  cutSockets: () => void;
  end: () => Promise<void>;
}

/**
 * Starts a server that speaks ComfyUI's protocol and draws placeholder pictures.
 * @throws Error with code EADDRINUSE where the port is taken
 */
export async function startComfyStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const settings = settingsOf(options);
  const log = buildEventLog();
  const faults = buildFaults(log);
  for (const fault of options.faults ?? []) faults.set(fault);
  const folders = makeFolders(options);
  if (options.modelsDir === undefined) writeFakeModels(folders.models);
  const begin = (port: number): Promise<Life> =>
    startLife({ settings, faults, log, folders }, port, () => void standIn.restart());

  let life: Life | null;
  try {
    life = await begin(settings.port);
  } catch (error) {
    folders.remove();
    throw error;
  }
  const { port } = life;
  const shownHost = settings.host === '0.0.0.0' || settings.host === '::' ? '127.0.0.1' : settings.host;

  async function kill(): Promise<void> {
    const ending = life;
    life = null;
    await ending?.end();
  }

  const standIn: StandIn = {
    url: `http://${shownHost}:${port}`,
    port,
    name: settings.name,
    modelsDir: folders.models,
    outputDir: folders.output,
    log,
    faults,
    cutSockets: () => life?.cutSockets(),
    kill,
    async restart({ downMs = 0 } = {}) {
      await kill();
      await wait(downMs);
      clearTemp(folders);
      life = await begin(port);
    },
    async stop() {
      await kill();
      folders.remove();
    },
    [Symbol.asyncDispose]: () => standIn.stop(),
  };
  return standIn;
}

async function startLife(
  deps: Omit<HostDeps, 'signal'>,
  wantedPort: number,
  restart: () => void,
): Promise<Life> {
  const ending = new AbortController();
  // Every hung request and every sleep listens to it.
  setMaxListeners(0, ending.signal);
  const host = buildHost({ ...deps, signal: ending.signal });
  const server = buildServer(host, restart);
  const port = await server.listen(wantedPort);
  deps.log.add({ type: 'host_started', port });
  const worker = work(host);
  return {
    port,
    cutSockets: () => host.hub.cutAll(),
    async end() {
      ending.abort();
      await server.close();
      await worker;
      deps.log.add({ type: 'host_stopped' });
    },
  };
}
