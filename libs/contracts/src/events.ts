import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { DraftState } from './draft-state.ts';
import { EntityCard } from './entity.ts';
import { ImageView } from './image.ts';
import { HostView, JobView, QueueView } from './job.ts';

/** A change of state that somebody may be looking at. Stored, numbered and never lost, unlike progress. */
export const GazeEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('job.changed'), job: JobView }),
    z.object({ type: z.literal('image.created'), image: ImageView }),
    z.object({ type: z.literal('image.changed'), image: ImageView }),
    /** Put into the trash, or its file is gone. */
    z.object({ type: z.literal('image.removed'), image_id: z.string() }),
    /** Many pictures came, went or changed at once: load what you show again. */
    z.object({ type: z.literal('image.many') }),
    z.object({ type: z.literal('entity.changed'), entity: EntityCard }),
    z.object({ type: z.literal('entity.removed'), category: CategoryName, slug: z.string() }),
    z.object({ type: z.literal('library.changed'), category: CategoryName }),
    z.object({ type: z.literal('host.changed'), host: HostView }),
    z.object({ type: z.literal('host.removed'), host_id: z.string() }),
    z.object({ type: z.literal('queue.changed'), queue: QueueView }),
    z.object({ type: z.literal('problems.changed'), count: z.number().int() }),
    z.object({ type: z.literal('setting.changed'), key: z.string(), value: z.unknown() }),
    /** A result of the language model came, or was decided about. Null: many at once. `waiting` counts all that wait. */
    z.object({
      type: z.literal('draft.changed'),
      draft: z.object({ id: z.string(), state: DraftState }).nullable(),
      waiting: z.number().int(),
    }),
    /** The language model, its tool servers or their settings are not as they were: load what you show again. */
    z.object({ type: z.literal('llm.changed') }),
    /** A backup or an import began, went on or ended: load what you show of them again. */
    z.object({ type: z.literal('upkeep.changed'), what: z.enum(['backup', 'import']) }),
  ])
  .meta({ id: 'Event' });
export type GazeEvent = z.infer<typeof GazeEvent>;
export type GazeEventType = GazeEvent['type'];

/** Topics of the socket: the part of an event's type before the dot, and the two lossy streams. */
export const eventTopics = [
  'job',
  'image',
  'entity',
  'library',
  'host',
  'queue',
  'problems',
  'setting',
  'draft',
  'llm',
  'upkeep',
  'progress',
  'preview',
] as const;
export const EventTopic = z.enum(eventTopics);
export type EventTopic = z.infer<typeof EventTopic>;

/** `<incarnation>:<sequence>`: where a listener stands. A token that is not known any more means «fetch again». */
export const EventToken = z.string().regex(/^[a-z0-9-]+:\d+$/);

export const NumberedEvent = z.object({ token: z.string(), event: GazeEvent });
export type NumberedEvent = z.infer<typeof NumberedEvent>;

export const Progress = z.object({
  job_id: z.string(),
  attempt: z.number().int(),
  phase: z.enum([
    ...(['loading', 'sampling', 'face', 'hand', 'decoding', 'saving'] as const),
    // Of an LLM job, whose steps are its turns.
    ...(['asking', 'tools', 'repairing', 'checking_tags'] as const),
  ]),
  step: z.number().int(),
  steps: z.number().int(),
  node: z.string().nullable(),
  host: z.object({ id: z.string(), name: z.string() }),
  /** Seconds left by what this host took per step so far; null while nobody can tell. */
  seconds_left: z.number().nullable(),
});
export type Progress = z.infer<typeof Progress>;

/** What the socket sends, one JSON text message each. */
export const SocketMessage = z.discriminatedUnion('type', [
  /** First message: where the stream stands now. */
  z.object({ type: z.literal('hello'), token: z.string() }),
  /** The client's token is unknown or too old: load what you show again, then go on from this token. */
  z.object({ type: z.literal('reset'), token: z.string() }),
  z.object({ type: z.literal('event'), token: z.string(), event: GazeEvent }),
  z.object({ type: z.literal('progress'), progress: Progress }),
  /** A latent preview: base64 of a small JPEG. */
  z.object({ type: z.literal('preview'), job_id: z.string(), mime: z.string(), data: z.string() }),
  /** Sign of life. The token keeps a listener of few topics from falling behind. */
  z.object({ type: z.literal('ping'), token: z.string().optional() }),
]);
export type SocketMessage = z.infer<typeof SocketMessage>;
