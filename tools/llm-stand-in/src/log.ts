/** One request as it came and how it was answered. */
export interface LogEntry {
  at: number;
  method: string;
  path: string;
  authorization: string | null;
  body: unknown;
  status: number;
  /** What the model said, or the error's text. */
  answer: unknown;
}

export interface RequestLog {
  add: (entry: LogEntry) => void;
  entries: () => LogEntry[];
  clear: () => void;
}

export function buildRequestLog(): RequestLog {
  let entries: LogEntry[] = [];
  return {
    add: (entry) => entries.push(entry),
    entries: () => [...entries],
    clear: () => (entries = []),
  };
}
