import type { ObjectStore } from '@gaze/media';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { parseRange } from './range.ts';

/** Sends an object of the store, or the asked part of it, as a stream. */
export async function sendBytes(
  reply: FastifyReply,
  store: ObjectStore,
  key: string,
  bytes: number,
  range: ReturnType<typeof parseRange>,
  headOnly: boolean,
): Promise<FastifyReply> {
  if (range === 'unsatisfiable') {
    return reply
      .code(416)
      .header('content-range', `bytes */${bytes}`)
      .removeHeader('content-disposition')
      .send();
  }
  if (range !== null)
    void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${bytes}`);
  void reply.header('content-length', range === null ? bytes : range.end - range.start + 1);
  // An empty stream, because a reply without a body would be given a length of its own.
  if (headOnly) return reply.send(Readable.from([]));
  return reply.send(await store.get(key, range ?? undefined));
}
