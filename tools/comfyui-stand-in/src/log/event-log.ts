import type { JsonObject } from '../json.ts';

/** What happened on the host, for a test to read. Times are milliseconds since 1970, with fractions. */
export type Happening =
  | {
      type: 'posted';
      promptId: string;
      clientId: string | null;
      status: number;
      number: number | null;
      graph: unknown;
      extraData: JsonObject;
    }
  | { type: 'started'; promptId: string; clientId: string | null }
  | {
      type: 'ended';
      promptId: string;
      outcome: 'success' | 'error' | 'interrupted' | 'lost';
      cached: boolean;
    }
  | { type: 'loaded'; promptId: string; kind: 'checkpoint' | 'lora'; name: string; from: number; to: number }
  | { type: 'sampled'; promptId: string; node: string; steps: number; from: number; to: number }
  | {
      type: 'saved';
      promptId: string;
      node: string;
      filename: string;
      subfolder: string;
      folder: string;
      sha256: string;
    }
  | { type: 'deleted'; promptId: string }
  | { type: 'cleared'; promptIds: string[] }
  | { type: 'interrupt'; promptId: string | null; hit: boolean }
  | { type: 'free'; unloadModels: boolean; freeMemory: boolean }
  | { type: 'viewed'; filename: string; subfolder: string; status: number }
  | { type: 'socket_opened'; clientId: string }
  | { type: 'socket_closed'; clientId: string }
  | { type: 'worker_died'; promptId: string; reason: string }
  | { type: 'fault'; kind: string; detail: string }
  | { type: 'host_started'; port: number }
  | { type: 'host_stopped' };

export type LogEntry = Happening & { seq: number; at: number };

export interface EventLog {
  add: (happening: Happening) => void;
  /** Everything so far, oldest first; with `since`, what came after that number. */
  entries: (since?: number) => LogEntry[];
  of: <T extends Happening['type']>(type: T) => Extract<LogEntry, { type: T }>[];
  /** Calls for each new entry; answers a function that ends it. */
  on: (listener: (entry: LogEntry) => void) => () => void;
  clear: () => void;
}

/** Older entries go: a demo runs for days. Some five thousand prompts fit. */
const capacity = 40_000;

export const now = (): number => performance.timeOrigin + performance.now();

/** A log in memory that outlives restarts of the host; it keeps the latest 20,000 entries at least. */
export function buildEventLog(): EventLog {
  let entries: LogEntry[] = [];
  let seq = 0;
  const listeners = new Set<(entry: LogEntry) => void>();
  return {
    add(happening) {
      seq += 1;
      const entry: LogEntry = { ...happening, seq, at: now() };
      entries.push(entry);
      if (entries.length > capacity) entries = entries.slice(-capacity / 2);
      for (const listener of listeners) listener(entry);
    },
    entries: (since = 0) => entries.filter((entry) => entry.seq > since),
    of: <T extends Happening['type']>(type: T) =>
      entries.filter((entry): entry is Extract<LogEntry, { type: T }> => entry.type === type),
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear: () => (entries = []),
  };
}
