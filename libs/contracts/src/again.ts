import { z } from 'zod';
import { JobView, Lane } from './job.ts';
import { Submission, rpc } from './rpc.ts';

/** A picture once more. */
export const AgainBody = z
  .strictObject({
    /** True: the same snapshot, seed and draws included. False: the same recipe, with its entries as they are today. */
    exactly: z.boolean(),
    lane: Lane.default('interactive'),
  })
  .meta({ id: 'Again' });
export type AgainInput = z.input<typeof AgainBody>;

export const againRpc = {
  again: rpc(
    'images.again',
    z.object({
      image_id: z.string(),
      exactly: z.boolean(),
      lane: Lane.default('interactive'),
      idempotency: Submission.shape.idempotency,
    }),
    z.object({
      batch_id: z.string(),
      jobs: z.array(JobView),
      notes: z.array(z.string()),
      replayed: z.boolean(),
    }),
    15,
  ),
} as const;
