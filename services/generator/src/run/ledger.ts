import { ledgerRpc } from '@gaze/contracts';
import type { RpcContract } from '@gaze/contracts';
import { GazeError, callRpc, sleep } from '@gaze/runtime';
import type { NatsConnection } from '@gaze/runtime';
import type { z } from 'zod';

type Input<C> = C extends RpcContract<infer I, infer _O> ? z.input<I> : never;
type Output<C> = C extends RpcContract<infer _I, infer O> ? z.output<O> : never;
type Ask<C> = (input: Input<C>, signal: AbortSignal) => Promise<Output<C>>;

/** The ledger as a holder sees it. Every question is repeated until it is answered: an unreachable ledger costs time and nothing else. */
export interface Ledger {
  start: Ask<typeof ledgerRpc.start>;
  posting: Ask<typeof ledgerRpc.posting>;
  posted: Ask<typeof ledgerRpc.posted>;
  complete: Ask<typeof ledgerRpc.complete>;
  fail: Ask<typeof ledgerRpc.fail>;
  release: Ask<typeof ledgerRpc.release>;
  attempts: Ask<typeof ledgerRpc.attempts>;
}

const firstWaitMs = 250;
/** Short, because work goes on only with the next question after the ledger is back, and few ask. */
const longestWaitMs = 1000;

export function buildLedger(nc: NatsConnection): Ledger {
  const open = new Set<() => void>();
  void (async () => {
    for await (const { type } of nc.status()) if (type === 'reconnect') for (const lose of open) lose();
  })();

  /** What was asked before or while the bus was away is lost with it: to wait for that answer would cost seconds. */
  async function untilReconnect<T>(answer: Promise<T>): Promise<T> {
    const lost = Promise.withResolvers<never>();
    const lose = (): void =>
      lost.reject(new GazeError('unavailable', 'The bus went away with the question.'));
    open.add(lose);
    try {
      return await Promise.race([answer, lost.promise]);
    } finally {
      open.delete(lose);
    }
  }

  const ask =
    <I extends z.ZodType, O extends z.ZodType>(contract: RpcContract<I, O>) =>
    async (input: z.input<I>, signal: AbortSignal): Promise<z.output<O>> => {
      for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
        signal.throwIfAborted();
        try {
          return await untilReconnect(callRpc(nc, contract, input, { signal }));
        } catch (error) {
          if (!(error instanceof GazeError) || error.code !== 'unavailable') throw error;
          await sleep(waitMs, signal);
        }
      }
    };
  return {
    start: ask(ledgerRpc.start),
    posting: ask(ledgerRpc.posting),
    posted: ask(ledgerRpc.posted),
    complete: ask(ledgerRpc.complete),
    fail: ask(ledgerRpc.fail),
    release: ask(ledgerRpc.release),
    attempts: ask(ledgerRpc.attempts),
  };
}
