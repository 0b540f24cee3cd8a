import type { FastifyReply } from 'fastify';

/** 202: stored, and it will not be lost. A repetition by the same Idempotency-Key is marked as such. */
export function sendSubmitted<T extends { replayed: boolean }>(
  reply: FastifyReply,
  { replayed, ...submitted }: T,
): Omit<T, 'replayed'> {
  void reply.code(202);
  if (replayed) void reply.header('idempotency-replayed', 'true');
  return submitted;
}
