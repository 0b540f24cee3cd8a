import { z } from 'zod';
import { diskStore } from './disk-store.ts';
import { s3Store } from './s3-store.ts';
import type { ObjectStore } from './store.ts';

/** Variables that say where pictures lie: an S3 server where S3_ENDPOINT is set, else the folder UPLOADS_DIR. */
export const storeEnv = {
  UPLOADS_DIR: z.string().default('data/uploads'),
  S3_ENDPOINT: z.url().optional(),
  S3_BUCKET: z.string().default('gaze'),
  S3_ACCESS_KEY: z.string().optional(),
  S3_SECRET_KEY: z.string().optional(),
  S3_REGION: z.string().default('us-east-1'),
} as const;

export interface StoreEnv {
  UPLOADS_DIR: string;
  S3_ENDPOINT?: string | undefined;
  S3_BUCKET: string;
  S3_ACCESS_KEY?: string | undefined;
  S3_SECRET_KEY?: string | undefined;
  S3_REGION: string;
}

/** @throws Error where S3_ENDPOINT is set and its keys are not */
export function storeFromEnv(env: StoreEnv): ObjectStore {
  if (env.S3_ENDPOINT === undefined) return diskStore({ root: env.UPLOADS_DIR });
  if (env.S3_ACCESS_KEY === undefined || env.S3_SECRET_KEY === undefined) {
    throw new Error('S3_ENDPOINT is set, so S3_ACCESS_KEY and S3_SECRET_KEY must be set too.');
  }
  return s3Store({
    endpoint: env.S3_ENDPOINT,
    bucket: env.S3_BUCKET,
    accessKey: env.S3_ACCESS_KEY,
    secretKey: env.S3_SECRET_KEY,
    region: env.S3_REGION,
  });
}
