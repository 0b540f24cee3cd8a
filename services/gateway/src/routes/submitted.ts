import type { SubmitReply } from '@gaze/contracts';
import type { FastifyReply } from 'fastify';

/** 202: stored, and it will not be lost. A repetition by the same Idempotency-Key is marked as such. */
export function sendSubmitted(
  reply: FastifyReply,
  { replayed, ...submitted }: SubmitReply & { replayed: boolean },
): SubmitReply {
  void reply.code(202);
  if (replayed) void reply.header('idempotency-replayed', 'true');
  return submitted;
}
