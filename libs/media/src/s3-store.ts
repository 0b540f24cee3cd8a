import { buffer } from 'node:stream/consumers';
import { Client } from 'minio';
import { GazeMediaError } from './errors.ts';
import { listObjects } from './s3-listing.ts';
import type { ObjectStore } from './store.ts';
import { checkKey, exactly } from './store.ts';

export interface S3Options {
  /** Such as `http://127.0.0.1:9000`. */
  endpoint: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  /** Where the bucket lies; servers of one's own mostly know `us-east-1` alone. */
  region?: string;
}

/** The object store on any S3 server. Sizes are always given: servers refuse streams of unknown length. */
export function s3Store(options: S3Options): ObjectStore {
  const url = new URL(options.endpoint);
  const region = options.region ?? 'us-east-1';
  const client = new Client({
    endPoint: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    useSSL: url.protocol === 'https:',
    accessKey: options.accessKey,
    secretKey: options.secretKey,
    region,
    pathStyle: true,
  });
  const { bucket } = options;
  const guarded = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    checkKey(key);
    try {
      return await work();
    } catch (error) {
      throw typed(error, key);
    }
  };
  const store: ObjectStore = {
    async prepare() {
      try {
        if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket, region);
      } catch (error) {
        // Another one of us was faster.
        if (error instanceof Error && 'code' in error && error.code === 'BucketAlreadyOwnedByYou') return;
        throw typed(error, bucket);
      }
    },
    put: (key, bytes, { contentType } = {}) =>
      guarded(key, async () => {
        await client.putObject(
          bucket,
          key,
          bytes,
          bytes.length,
          contentType === undefined ? {} : { 'content-type': contentType },
        );
      }),
    putStream: (key, stream, { bytes, contentType }) =>
      guarded(key, async () => {
        const headers = contentType === undefined ? {} : { 'content-type': contentType };
        // The client never reads a stream of no bytes, and so would not see that there are some.
        const body = bytes === 0 ? await buffer(exactly(stream, 0)) : exactly(stream, bytes);
        await client.putObject(bucket, key, body, bytes, headers);
      }),
    get: (key, range) =>
      guarded(key, () =>
        range === undefined
          ? client.getObject(bucket, key)
          : client.getPartialObject(bucket, key, range.start, range.end - range.start + 1),
      ),
    stat: (key) =>
      guarded(key, async () => {
        const info = await client.statObject(bucket, key);
        return { bytes: info.size, etag: quoted(info.etag), modified: info.lastModified };
      }),
    exists: async (key) => {
      try {
        await store.stat(key);
        return true;
      } catch (error) {
        if (error instanceof GazeMediaError && error.code === 'not_found') return false;
        throw error;
      }
    },
    delete: (key) => guarded(key, () => client.removeObject(bucket, key)),
    move: (from, to) =>
      guarded(from, async () => {
        checkKey(to);
        // The client escapes the source itself; escaped twice it names another object.
        await client.copyObject(bucket, to, `/${bucket}/${from}`);
        await client.removeObject(bucket, from);
      }),
    async list(prefix, { cursor, limit = 1000 } = {}) {
      const keys: string[] = [];
      try {
        for await (const { key } of listObjects(client, bucket, prefix, cursor)) {
          keys.push(key);
          if (keys.length > limit) break;
        }
      } catch (error) {
        throw typed(error, prefix);
      }
      const shown = keys.slice(0, limit);
      return { keys: shown, next: keys.length > limit ? (shown.at(-1) ?? null) : null };
    },
    async *entries(prefix, { skip } = {}) {
      try {
        for await (const entry of listObjects(client, bucket, prefix)) {
          if (skip !== undefined && foldersOf(entry.key).some(skip)) continue;
          yield entry;
        }
      } catch (error) {
        throw typed(error, prefix);
      }
    },
  };
  return store;
}

const foldersOf = (key: string): string[] =>
  key
    .split('/')
    .slice(0, -1)
    .map((_, i, parts) => `${parts.slice(0, i + 1).join('/')}/`);

/** Some servers send the quotes along, some do not. */
const quoted = (etag: string): string => `"${etag.replaceAll('"', '')}"`;

function typed(error: unknown, key: string): unknown {
  if (error instanceof GazeMediaError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'NotFound' || code === 'NoSuchKey')
    return new GazeMediaError('not_found', `There is no picture at «${key}».`);
  if (code === 'XMinioStorageFull' || code === 'QuotaExceeded')
    return new GazeMediaError('storage_full', 'The S3 server that holds the pictures is full.', error);
  return new GazeMediaError(
    'storage_failed',
    `The S3 server does not answer as it should (${String(code ?? error)}).`,
    error,
  );
}
