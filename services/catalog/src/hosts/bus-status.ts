import type { NatsConnection } from '@gaze/runtime';

/** Calls `changed` whenever the connection to the bus ends or comes back, until the answered function is called. */
export function listenToBus(nc: NatsConnection, changed: (connected: boolean) => void): () => void {
  const stopped = new AbortController();
  void (async () => {
    for await (const status of nc.status()) {
      if (stopped.signal.aborted) return;
      if (status.type === 'disconnect') changed(false);
      else if (status.type === 'reconnect') changed(true);
    }
  })();
  return () => stopped.abort();
}
