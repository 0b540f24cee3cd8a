import type { RpcContract } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import type { NatsConnection } from '@gaze/runtime';
import type { z } from 'zod';

/** Asks the catalog. Throws its GazeError, or `unavailable`. */
export type CatalogCall = <I extends z.ZodType, O extends z.ZodType>(
  contract: RpcContract<I, O>,
  input: z.input<I>,
) => Promise<z.output<O>>;

export const catalogCall =
  (nc: NatsConnection): CatalogCall =>
  (contract, input) =>
    callRpc(nc, contract, input);
