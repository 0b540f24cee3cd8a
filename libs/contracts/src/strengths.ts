import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { EntityWritten } from './editing.ts';
import { GenerateBody } from './http.ts';
import { ImageView } from './image.ts';
import { JobStatus } from './job.ts';
import { Recipe, Seed } from './recipe.ts';
import { rpc } from './rpc.ts';

/** A sweep makes at most this many pictures. */
export const maxSweepPictures = 41;

const Weight = z.number().min(-10).max(10);

/** A row of pictures that differ in the weight of one LoRA alone. The rest is as for `generate`. */
export const SweepBody = GenerateBody.omit({ count: true, lane: true, label: true, cover: true })
  .extend({
    from: Weight,
    to: Weight,
    step: z.number().min(0.01).max(20),
    /** Of every picture; absent: drawn once. */
    seed: Seed.optional(),
  })
  .strict()
  .meta({ id: 'Sweep' });
export type SweepInput = z.input<typeof SweepBody>;

export const SweepPicture = z.object({
  weight: z.number(),
  job_id: z.string().nullable(),
  status: JobStatus,
  /** Why it has no picture, or waits; a sentence. */
  reason: z.string().nullable(),
  image: ImageView.nullable(),
});
export type SweepPicture = z.infer<typeof SweepPicture>;

export const SweepView = z
  .object({
    /** Also the id of its batch. */
    id: z.string(),
    created_at: z.string(),
    seed: z.number().nullable(),
    checkpoint: z.string().nullable(),
    /** By weight, the lowest first. */
    pictures: z.array(SweepPicture),
  })
  .meta({ id: 'SweepPictures' });
export type SweepView = z.infer<typeof SweepView>;

export const SweepsReply = z.object({ sweeps: z.array(SweepView) }).meta({ id: 'Sweeps' });
export type SweepsReply = z.infer<typeof SweepsReply>;
export const SweepStarted = z
  .object({ sweep: SweepView, notes: z.array(z.string()) })
  .meta({ id: 'SweepStarted' });
export type SweepStarted = z.infer<typeof SweepStarted>;

/** The weight that was best, or the span between two that were. */
export const BestWeightBody = z
  .union([z.strictObject({ weight: Weight }), z.strictObject({ min: Weight, max: Weight })])
  .meta({ id: 'BestWeight' });
export type BestWeight = z.infer<typeof BestWeightBody>;

const Owner = { category: CategoryName, slug: z.string() };

export const strengthsRpc = {
  start: rpc(
    'strengths.start',
    z.object({
      ...Owner,
      recipe: Recipe,
      from: Weight,
      to: Weight,
      step: z.number(),
      idempotency: z
        .object({ principal: z.string(), route: z.string(), key: z.string().max(200), body_hash: z.string() })
        .optional(),
    }),
    SweepStarted,
    30,
  ),
  list: rpc('strengths.list', z.object(Owner), SweepsReply),
  best: rpc(
    'strengths.best',
    z.object({ ...Owner, best: BestWeightBody, by: z.string(), if_match: z.string().optional() }),
    EntityWritten,
    15,
  ),
} as const;
