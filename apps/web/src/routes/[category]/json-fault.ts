import { ApiError } from '@gaze/client';

/** A fault of a JSON text and where it stands. */
export interface JsonFault {
  message: string;
  line: number | null;
  column: number | null;
  /** JSON pointer of the faulty value; null for a fault of the syntax. */
  pointer: string | null;
}

/** What a refusal says about the text that was sent; null where it is about something else. */
export function faultOf(error: unknown): JsonFault | null {
  if (!(error instanceof ApiError) || error.status !== 422) return null;
  const details = error.problem.details;
  if (typeof details !== 'object' || details === null) return null;
  const { line, column, pointer } = details as Record<string, unknown>;
  if (typeof line !== 'number' && typeof pointer !== 'string') return null;
  return {
    message: error.problem.detail,
    line: typeof line === 'number' ? line : null,
    column: typeof column === 'number' ? column : null,
    pointer: typeof pointer === 'string' ? pointer : null,
  };
}

/** Offset of a line and column, both counted from 1, in a text; beyond its end: the end. */
export function offsetAt(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const next = text.indexOf('\n', start);
    if (next === -1) return text.length;
    start = next + 1;
  }
  return Math.min(text.length, start + column - 1);
}
