import { expect, test } from 'vitest';
import { storeFromEnv } from '../src/index.ts';

test('an S3 server without its keys is a mistake that names them', () => {
  const env = {
    UPLOADS_DIR: 'x',
    S3_BUCKET: 'gaze',
    S3_REGION: 'us-east-1',
    S3_ENDPOINT: 'http://127.0.0.1:9000',
  };
  expect(() => storeFromEnv(env)).toThrow(/S3_ACCESS_KEY and S3_SECRET_KEY/);
  expect(() => storeFromEnv({ ...env, S3_ACCESS_KEY: 'a', S3_SECRET_KEY: 'b' })).not.toThrow();
});
