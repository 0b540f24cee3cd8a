import { z } from 'zod';
import { Progress } from './events.ts';

/** Version of the contracts that a replica speaks; grows when a message gains a meaning that old readers lack. */
export const contractVersion = 1;

export const streams = {
  image: { name: 'IMAGE_JOBS', subjects: ['gaze.jobs.image.*'] },
  llm: { name: 'LLM_JOBS', subjects: ['gaze.jobs.llm.*'] },
} as const;

export const subjects = {
  imageJobs: (hostId: string) => `gaze.jobs.image.${hostId}`,
  imageConsumer: (hostId: string) => `image-${hostId}`,
  llmJobs: (lane: string) => `gaze.jobs.llm.${lane}`,
  /** Request/reply: the catalog answers with what the replica has to stop. */
  heartbeat: (replica: string) => `gaze.heartbeat.${replica}`,
  heartbeats: 'gaze.heartbeat.*',
  progress: (jobId: string) => `gaze.progress.${jobId}`,
  allProgress: 'gaze.progress.*',
  /** Raw JPEG bytes with the header `Mime-Type`; under 256 kB, never stored. */
  preview: (jobId: string) => `gaze.preview.${jobId}`,
  allPreviews: 'gaze.preview.*',
  /** Numbered events, after commit. */
  events: 'gaze.events',
  /** «Ask for your hosts again»: sent when the assignment changed. */
  assignmentsChanged: 'gaze.assignments',
  /** Orders for whoever holds the host. */
  control: (hostId: string) => `gaze.control.${hostId}`,
} as const;

/** What JetStream carries: enough to ask the ledger. The truth is in Postgres. */
export const DispatchMessage = z.object({
  v: z.number().int(),
  job_id: z.string(),
  dispatch: z.number().int(),
  host_id: z.string(),
  lane: z.string(),
});
export type DispatchMessage = z.infer<typeof DispatchMessage>;

/** What was measured of a checkpoint on a host, in milliseconds; null: not yet. */
export const CheckpointTimings = z.object({
  checkpoint: z.string(),
  load_ms: z.number().nullable(),
  step_ms: z.number().nullable(),
});
export type CheckpointTimings = z.infer<typeof CheckpointTimings>;

export const HostReport = z.object({
  host_id: z.string(),
  epoch: z.number().int(),
  /** `unknown`: held, but not yet asked. */
  state: z.enum(['unknown', 'up', 'down']),
  reason: z.string(),
  version: z.string().nullable(),
  loaded_checkpoint: z.string().nullable(),
  loaded_loras: z.array(z.string()),
  missing_nodes: z.array(z.string()),
  /** Fingerprint of the inventory that was read last; the catalog asks for it when it differs from what it has. */
  inventory: z.string().nullable(),
  /** Measured times; absent from older replicas. */
  timings: z.array(CheckpointTimings).max(2000).optional(),
});
export type HostReport = z.infer<typeof HostReport>;

export const Heartbeat = z.object({
  v: z.number().int(),
  replica: z.string(),
  hosts: z.array(HostReport),
  attempts: z.array(z.object({ job_id: z.string(), attempt: z.number().int() })),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

export const HeartbeatReply = z.object({
  /** Attempts that the ledger no longer counts: stop them and keep nothing. */
  stale: z.array(z.object({ job_id: z.string(), attempt: z.number().int() })),
  /** Jobs whose cancel is under way. */
  cancel: z.array(z.string()),
  /** Hosts whose inventory the catalog wants. */
  want_inventory: z.array(z.string()),
});
export type HeartbeatReply = z.infer<typeof HeartbeatReply>;

export const ControlMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('cancel'), job_id: z.string() }),
  /** Take a prefetched, not yet running prompt back; the job returns to the ledger as waiting. */
  z.object({ type: z.literal('withdraw'), job_id: z.string() }),
]);
export type ControlMessage = z.infer<typeof ControlMessage>;

export const ProgressMessage = Progress;
