import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { z } from 'zod';

// Times in Postgres are finer than a JavaScript date: a cursor that carried a date would skip or repeat rows.
// So cursors carry times as this text, whatever the zone of the connection.

/** A time column as text that loses nothing. */
export function exactTime(column: string): RawBuilder<string> {
  return sql<string>`to_char(${sql.ref(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** The form of such a text. */
export const exactTimePattern = /^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Where a page ended, as a text that callers only hand back. */
export function writeCursor(position: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws GazeError invalid_input for anything that `writeCursor` did not make */
export function readCursor<T extends z.ZodType>(schema: T, text: string): z.output<T> {
  const parsed = schema.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new GazeError('invalid_input', 'The cursor is not one that GAZE gave out. Start again without it.', {
    field: 'cursor',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
