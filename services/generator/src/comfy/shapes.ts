import { z } from 'zod';

// Shapes are loose on purpose: versions differ, and only what is read here may break us.

export const PromptAccepted = z.looseObject({
  prompt_id: z.string(),
  node_errors: z.record(z.string(), z.unknown()).default({}),
});

export const PromptRefused = z.looseObject({
  error: z.looseObject({
    type: z.string().default('unknown'),
    message: z.string().default(''),
    details: z.string().default(''),
    extra_info: z
      .looseObject({ node_id: z.string().optional(), class_type: z.string().optional() })
      .catch({}),
  }),
  node_errors: z.record(z.string(), z.unknown()).default({}),
});

/** Newer versions append elements. */
const QueueItem = z.tuple([z.number(), z.string(), z.unknown(), z.looseObject({}).catch({})], z.unknown());
export const Queue = z.looseObject({
  queue_running: z.array(QueueItem),
  queue_pending: z.array(QueueItem),
});
export type QueueItem = z.infer<typeof QueueItem>;

export const OutputImage = z.looseObject({
  filename: z.string(),
  subfolder: z.string().default(''),
  type: z.string().default('output'),
});
export type OutputImage = z.infer<typeof OutputImage>;

export const HistoryEntry = z.looseObject({
  outputs: z.record(z.string(), z.looseObject({ images: z.array(OutputImage).optional() })).default({}),
  status: z
    .looseObject({
      status_str: z.string(),
      completed: z.boolean().default(false),
      messages: z.array(z.tuple([z.string(), z.looseObject({})])).default([]),
    })
    .nullish(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;
export const History = z.record(z.string(), HistoryEntry);

export const JobList = z.looseObject({ jobs: z.array(z.unknown()) });
export const JobEntry = z.looseObject({ status: z.string() });

export const SystemStats = z.looseObject({
  system: z.looseObject({ comfyui_version: z.string().nullish(), os: z.string().nullish() }),
  devices: z.array(z.looseObject({ name: z.string(), vram_total: z.number().nullish() })).catch([]),
});
