import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import type { History, HistoryEntry } from './history.ts';
import type { PromptQueue, QueueItem } from './prompt-queue.ts';

export const jobStatuses = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

export type Job = JsonObject & { id: string; status: JobStatus; create_time?: number };

/** Every prompt of queue and history as the jobs API shows it, oldest first. */
export function listJobs(queue: PromptQueue, history: History): Job[] {
  const running = queue.running();
  return [
    ...history.all().map(([id, entry]) => finishedJob(id, entry)),
    ...(running === null ? [] : [queuedJob(running, 'in_progress')]),
    ...queue.pending().map((item) => queuedJob(item, 'pending')),
  ].sort((a, b) => (a.create_time ?? 0) - (b.create_time ?? 0));
}

/** One job with its workflow and, when it is finished, its outputs; undefined for an unknown id. */
export function findJob(queue: PromptQueue, history: History, id: string): Job | undefined {
  const running = queue.running();
  if (running?.promptId === id)
    return { ...queuedJob(running, 'in_progress'), workflow: workflowOf(running) };
  const waiting = queue.pending().find((item) => item.promptId === id);
  if (waiting !== undefined) return { ...queuedJob(waiting, 'pending'), workflow: workflowOf(waiting) };
  const entry = history.get(id);
  if (entry === undefined) return undefined;
  const [, , prompt, extra_data] = entry.prompt;
  return {
    ...finishedJob(id, entry),
    outputs: entry.outputs,
    execution_status: entry.status,
    workflow: { prompt, extra_data },
  };
}

const workflowOf = (item: QueueItem): JsonObject => ({ prompt: item.graph, extra_data: item.extraData });

function queuedJob(item: QueueItem, status: JobStatus): Job {
  return pruned({
    id: item.promptId,
    status,
    priority: item.number,
    create_time: numeric(item.extraData.create_time),
    outputs_count: 0,
    workflow_id: workflowId(item.extraData),
  });
}

function finishedJob(id: string, entry: HistoryEntry): Job {
  const [number, , , extraData] = entry.prompt;
  const extra = isObject(extraData) ? extraData : {};
  const message = (type: string): JsonObject | undefined =>
    entry.status.messages.find(([name]) => name === type)?.[1];
  const interrupted = message('execution_interrupted') !== undefined;
  const outcome = interrupted ? 'cancelled' : 'failed';
  const images = imagesOf(entry);
  const last = entry.status.messages.at(-1)?.[1];
  return pruned({
    id,
    status: entry.status.status_str === 'success' ? 'completed' : outcome,
    priority: number,
    create_time: numeric(extra.create_time),
    execution_start_time: numeric(message('execution_start')?.timestamp),
    execution_end_time: numeric(last?.timestamp),
    execution_error: message('execution_error'),
    outputs_count: images.length,
    previewable_outputs_count: images.length,
    preview_output: images[0],
    workflow_id: workflowId(extra),
  });
}

function imagesOf(entry: HistoryEntry): JsonObject[] {
  return Object.entries(entry.outputs).flatMap(([nodeId, output]) => {
    const images = isObject(output) && Array.isArray(output.images) ? (output.images as JsonObject[]) : [];
    return images.map((image) => ({ ...image, nodeId, mediaType: 'images' }));
  });
}

function workflowId(extra: JsonObject): unknown {
  const info = isObject(extra.extra_pnginfo) ? extra.extra_pnginfo : {};
  return isObject(info.workflow) ? info.workflow.id : undefined;
}

const numeric = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

function pruned(job: Record<string, unknown> & { id: string; status: JobStatus }): Job {
  return Object.fromEntries(
    Object.entries(job).filter(([, value]) => value !== undefined && value !== null),
  ) as Job;
}
