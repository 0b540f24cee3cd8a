import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buildRequestLog } from './log.ts';
import type { RequestLog } from './log.ts';
import { settingsOf } from './options.ts';
import type { Behaviour, StandInOptions } from './options.ts';
import { buildScript } from './script.ts';
import type { Script } from './script.ts';
import { buildServer } from './server.ts';

export interface LlmStandIn extends AsyncDisposable {
  /** Without `/v1`. */
  url: string;
  /** What a client takes as its base: `url` with `/v1`. */
  baseUrl: string;
  port: number;
  log: RequestLog;
  script: Pick<Script, 'push' | 'clear' | 'length'>;
  setBehaviour: (behaviour: Behaviour) => void;
  stop: () => Promise<void>;
}

/**
 * Starts a server that speaks the OpenAI chat protocol.
 * @throws Error with code EADDRINUSE where the port is taken
 */
export async function startLlmStandIn(options: StandInOptions = {}): Promise<LlmStandIn> {
  const settings = settingsOf(options);
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  let behaviour: Behaviour = options.behaviour ?? 'helpful';
  const script = buildScript();
  script.push(...(options.script ?? []));
  const log = buildRequestLog();
  const setBehaviour = (next: Behaviour): void => {
    behaviour = next;
  };
  const app = buildServer({
    settings,
    script,
    log,
    behaviour: () => behaviour,
    setBehaviour,
    signal: ending.signal,
  });
  await app.listen({ port: settings.port, host: settings.host });
  const { port } = app.server.address() as AddressInfo;
  const shownHost = settings.host === '0.0.0.0' || settings.host === '::' ? '127.0.0.1' : settings.host;
  const url = `http://${shownHost}:${port}`;
  const stop = async (): Promise<void> => {
    ending.abort();
    app.server.closeAllConnections();
    await app.close();
  };
  return {
    url,
    baseUrl: `${url}/v1`,
    port,
    log,
    script: { push: script.push, clear: script.clear, length: script.length },
    setBehaviour,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
