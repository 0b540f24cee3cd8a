import { startNats, testLog } from '@gaze/testing';
import type { TestNats } from '@gaze/testing';
import { connectNats } from '@gaze/runtime';
import type { NatsConnection } from '@gaze/runtime';

/** A nats-server and two connections to it: the catalog's and that of whoever asks. */
export async function testBus(): Promise<
  { nats: TestNats; nc: NatsConnection; asker: NatsConnection } & AsyncDisposable
> {
  const nats = await startNats();
  const connections = await Promise.all(
    ['catalog', 'asker'].map((name) => connectNats({ url: nats.url, name, log: testLog() })),
  );
  const [catalog, asker] = connections;
  if (catalog === undefined || asker === undefined) throw new Error('no connection');
  return {
    nats,
    nc: catalog.nc,
    asker: asker.nc,
    async [Symbol.asyncDispose]() {
      for (const connection of connections) await connection.close();
      await nats[Symbol.asyncDispose]();
    },
  };
}
