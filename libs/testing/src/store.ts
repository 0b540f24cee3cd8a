import { diskStore, s3Store } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { randomUUID } from 'node:crypto';

/** Variables by which services find a bucket of the test's own; none where tests keep pictures on disk. */
export function testBucket(): Readonly<Record<string, string>> {
  const endpoint = process.env.GAZE_TEST_S3_ENDPOINT;
  if (endpoint === undefined || endpoint === '') return {};
  return {
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY: process.env.GAZE_TEST_S3_ACCESS_KEY ?? '',
    S3_SECRET_KEY: process.env.GAZE_TEST_S3_SECRET_KEY ?? '',
    S3_BUCKET: `gaze-test-${randomUUID()}`,
  };
}

/**
 * Where the pictures of a test lie: in `folder`, or, in a run of `npm run test:s3`, in a bucket of its own on that
 * run's S3 server.
 */
export async function testStore(folder: string, bucket = testBucket()): Promise<ObjectStore> {
  const { S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY, S3_SECRET_KEY } = bucket;
  const store =
    S3_ENDPOINT === undefined
      ? diskStore({ root: folder })
      : s3Store({
          endpoint: S3_ENDPOINT,
          bucket: S3_BUCKET ?? '',
          accessKey: S3_ACCESS_KEY ?? '',
          secretKey: S3_SECRET_KEY ?? '',
        });
  await store.prepare();
  return store;
}
