import { inboxPrefix } from '@gaze/contracts';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Log } from './log.ts';

export type { NatsConnection } from '@nats-io/transport-node';

export interface Nats {
  nc: NatsConnection;
  /** Null while connected, else a sentence. */
  notReady: () => string | null;
  /** Called after every reconnect. */
  onReconnect: (listener: () => void) => void;
  /** Lets what is under way end, then closes. */
  close: () => Promise<void>;
}

/** Connects to NATS and stays connected: it waits for the first connection and reconnects without end. */
export async function connectNats(options: {
  url: string;
  user?: string | undefined;
  pass?: string | undefined;
  name: string;
  log: Log;
}): Promise<Nats> {
  const { log } = options;
  const nc = await connect({
    servers: options.url.split(',').map((server) => server.trim()),
    name: options.name,
    // A user may listen for answers below its own name only.
    ...(options.user === undefined ? {} : { user: options.user, inboxPrefix: inboxPrefix(options.user) }),
    ...(options.pass === undefined ? {} : { pass: options.pass }),
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    reconnectTimeWait: 500,
    reconnectJitter: 250,
    pingInterval: 10_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
  });
  let connected = true;
  const listeners: (() => void)[] = [];
  void (async () => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        if (connected) log.warn('the connection to NATS is gone; waiting for it to come back');
        connected = false;
      } else if (status.type === 'reconnect') {
        connected = true;
        log.info('connected to NATS again');
        for (const listener of listeners) listener();
      } else if (status.type === 'error') log.warn({ err: status.error }, 'NATS reports an error');
    }
  })();
  return {
    nc,
    notReady: () => (connected ? null : 'NATS does not answer.'),
    onReconnect: (listener) => listeners.push(listener),
    async close() {
      // A drain waits for the server; without one there is nothing to wait for.
      if (connected) await nc.drain().catch(() => nc.close());
      else await nc.close();
    },
  };
}
