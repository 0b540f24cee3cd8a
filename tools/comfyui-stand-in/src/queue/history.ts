import type { JsonObject } from '../json.ts';
import { asTuple } from './prompt-queue.ts';
import type { QueueItem } from './prompt-queue.ts';

export interface HistoryStatus {
  status_str: 'success' | 'error';
  completed: boolean;
  messages: [string, JsonObject][];
}

export interface HistoryEntry {
  prompt: unknown[];
  outputs: JsonObject;
  status: HistoryStatus;
  meta: JsonObject;
}

export interface History {
  write: (item: QueueItem, result: { outputs: JsonObject; status: HistoryStatus; meta: JsonObject }) => void;
  get: (promptId: string) => HistoryEntry | undefined;
  /** Oldest first. `max` alone means the newest; an offset counts from the oldest. */
  page: (options: { max?: number | undefined; offset?: number | undefined }) => Record<string, HistoryEntry>;
  all: () => [string, HistoryEntry][];
  remove: (promptId: string) => void;
  clear: () => void;
}

/** As many entries as ComfyUI keeps. */
const capacity = 10_000;

export function buildHistory(): History {
  const entries = new Map<string, HistoryEntry>();
  return {
    write(item, { outputs, status, meta }) {
      const oldest = entries.keys().next();
      if (entries.size >= capacity && oldest.done !== true) entries.delete(oldest.value);
      entries.set(item.promptId, { prompt: asTuple(item), outputs, status, meta });
    },
    get: (promptId) => entries.get(promptId),
    page({ max, offset = -1 }) {
      const start = offset < 0 && max !== undefined ? entries.size - max : offset;
      const from = [...entries].slice(Math.max(0, start));
      return Object.fromEntries(max === undefined ? from : from.slice(0, Math.max(1, max)));
    },
    all: () => [...entries],
    remove: (promptId) => void entries.delete(promptId),
    clear: () => entries.clear(),
  };
}
