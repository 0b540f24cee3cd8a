import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { WireError } from './errors.ts';
import { ImageView } from './image.ts';
import { Prompts } from './recipe.ts';

export const jobStatuses = [
  'waiting',
  'dispatched',
  'running',
  'cancelling',
  'done',
  'failed',
  'cancelled',
] as const;
export const JobStatus = z.enum(jobStatuses);
export type JobStatus = z.infer<typeof JobStatus>;

export const finalJobStatuses: readonly JobStatus[] = ['done', 'failed', 'cancelled'];

export const Lane = z.enum(['interactive', 'batch']);
export type Lane = z.infer<typeof Lane>;

/**
 * What a failure means for the job: `permanent` fails it, `host` places it elsewhere, `ambiguous` asks before
 * repeating, `storage` pauses the queue, `interrupted` runs it again.
 */
export const FailureClass = z.enum(['permanent', 'host', 'ambiguous', 'storage', 'interrupted']);
export type FailureClass = z.infer<typeof FailureClass>;

export const JobView = z
  .object({
    id: z.string(),
    batch_id: z.string(),
    kind: z.enum(['image', 'llm']),
    status: JobStatus,
    lane: Lane,
    label: z.string(),
    owner: z.object({ category: CategoryName, slug: z.string(), name: z.string() }).nullable(),
    cover_thumb_url: z.string().nullable(),
    host: z.object({ id: z.string(), name: z.string() }).nullable(),
    checkpoint: z.string().nullable(),
    attempts: z.number().int(),
    /** Why it waits, as a sentence. */
    reason: z.string().nullable(),
    error: WireError.nullable(),
    seed: z.number().nullable(),
    sets_cover: z.boolean(),
    is_nsfw: z.boolean(),
    created_at: z.string(),
    started_at: z.string().nullable(),
    finished_at: z.string().nullable(),
    images: z.array(ImageView),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Job' });
export type JobView = z.infer<typeof JobView>;

export const AttemptView = z
  .object({
    number: z.number().int(),
    holder: z.string(),
    host: z.object({ id: z.string(), name: z.string() }),
    prompt_id: z.string().nullable(),
    status: z.enum(['running', 'done', 'failed', 'lost']),
    error: WireError.nullable(),
    started_at: z.string(),
    finished_at: z.string().nullable(),
  })
  .meta({ id: 'Attempt' });
export type AttemptView = z.infer<typeof AttemptView>;

export const JobDetail = JobView.extend({
  attempt_history: z.array(AttemptView),
  prompts: Prompts.nullable(),
}).meta({ id: 'JobDetail' });
export type JobDetail = z.infer<typeof JobDetail>;

export const HostState = z.enum(['unknown', 'up', 'down', 'disabled']);
export type HostState = z.infer<typeof HostState>;

export const HostView = z
  .object({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    state: HostState,
    /** Why it is in that state, as a sentence. */
    reason: z.string(),
    version: z.string().nullable(),
    /** Where the address comes from: fixed by the environment, or added in Settings. */
    origin: z.enum(['environment', 'settings']),
    holder: z.string().nullable(),
    loaded_checkpoint: z.string().nullable(),
    running: z.number().int(),
    prefetched: z.number().int(),
    missing_nodes: z.array(z.string()),
  })
  .meta({ id: 'Host' });
export type HostView = z.infer<typeof HostView>;

export const QueueView = z
  .object({
    kind: z.enum(['image', 'llm']),
    paused: z.boolean(),
    /** Why it is paused, as a sentence; null while it runs. */
    reason: z.string().nullable(),
    waiting: z.number().int(),
    dispatched: z.number().int(),
    running: z.number().int(),
  })
  .meta({ id: 'Queue' });
export type QueueView = z.infer<typeof QueueView>;
