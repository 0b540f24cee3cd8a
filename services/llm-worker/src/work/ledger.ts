import { llmRpc } from '@gaze/contracts';
import type { RpcContract } from '@gaze/contracts';
import { GazeError, callRpc, sleep } from '@gaze/runtime';
import type { NatsConnection } from '@gaze/runtime';
import type { z } from 'zod';

type Input<C> = C extends RpcContract<infer I, infer _O> ? z.input<I> : never;
type Output<C> = C extends RpcContract<infer _I, infer O> ? z.output<O> : never;
type Ask<C> = (input: Input<C>, signal: AbortSignal) => Promise<Output<C>>;

/** The ledger as a worker sees it. The questions that count are repeated until they are answered. */
export interface LlmLedger {
  start: Ask<typeof llmRpc.start>;
  complete: Ask<typeof llmRpc.complete>;
  fail: Ask<typeof llmRpc.fail>;
  release: Ask<typeof llmRpc.release>;
  /** Asked once: null where nobody answers. */
  progress: (input: Input<typeof llmRpc.progress>) => Promise<Output<typeof llmRpc.progress> | null>;
  beat: (input: Input<typeof llmRpc.beat>) => Promise<Output<typeof llmRpc.beat> | null>;
  toolServers: () => Promise<Output<typeof llmRpc.toolServers> | null>;
}

const firstWaitMs = 250;
const longestWaitMs = 5000;

export function buildLedger(nc: NatsConnection): LlmLedger {
  const ask =
    <I extends z.ZodType, O extends z.ZodType>(contract: RpcContract<I, O>) =>
    async (input: z.input<I>, signal: AbortSignal): Promise<z.output<O>> => {
      for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
        signal.throwIfAborted();
        try {
          return await callRpc(nc, contract, input, { signal });
        } catch (error) {
          if (!(error instanceof GazeError) || error.code !== 'unavailable') throw error;
          await sleep(waitMs, signal);
        }
      }
    };
  const askOnce =
    <I extends z.ZodType, O extends z.ZodType>(contract: RpcContract<I, O>) =>
    async (input: z.input<I>): Promise<z.output<O> | null> =>
      callRpc(nc, contract, input).catch(() => null);
  return {
    start: ask(llmRpc.start),
    complete: ask(llmRpc.complete),
    fail: ask(llmRpc.fail),
    release: ask(llmRpc.release),
    progress: askOnce(llmRpc.progress),
    beat: askOnce(llmRpc.beat),
    toolServers: () => askOnce(llmRpc.toolServers)({}),
  };
}
