import type { BucketQuery, ImageBuckets } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import { allOf, askedOf, matches } from '../search/word-query.ts';
import { imageSource } from './filters.ts';

const formats = { month: 'YYYY-MM', day: 'YYYY-MM-DD' } as const;

/**
 * How many pictures each month or day has, newest first: what a scrubber shows. The borders lie where the days of the
 * asked time zone begin. @throws GazeError invalid_input for a zone that nobody knows
 */
export async function imageBuckets(db: DbOrTrx, query: BucketQuery): Promise<ImageBuckets> {
  const { by, tz, q, ...filter } = query;
  if (!isTimeZone(tz))
    throw new GazeError('invalid_input', `«${tz}» is no time zone; write it like Europe/Berlin.`, { field: 'tz' });
  const source = imageSource(filter);
  const asked = await askedOf(db, q ?? '');
  if (asked.length === 0 && (q ?? '').trim() !== '') return { buckets: [], total: 0 };
  const words = asked.length === 0 ? sql`TRUE` : matches(sql.ref('image.search'), allOf(asked));
  const { rows } = await sql<{ bucket: string; from: Date; to: Date; count: number }>`
    SELECT to_char(start, ${formats[by]}) AS bucket, start AT TIME ZONE ${tz} AS "from",
      (start + ${`1 ${by}`}::interval) AT TIME ZONE ${tz} AS "to", n AS count
    FROM (
      SELECT date_trunc(${by}, ${source.at} AT TIME ZONE ${tz}) AS start, count(*)::int AS n
      FROM ${source.from} WHERE ${source.where} AND ${words} GROUP BY 1) AS counted
    ORDER BY start DESC`.execute(db);
  const buckets = rows.map(({ bucket, from, to, count }) => ({
    ...{ bucket, count },
    from: from.toISOString(),
    to: to.toISOString(),
  }));
  return { buckets, total: buckets.reduce((sum, { count }) => sum + count, 0) };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
