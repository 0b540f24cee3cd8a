import type { BucketQuery, ImageBuckets } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { RawBuilder, SqlBool } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import { allOf, askedOf, matches } from '../search/word-query.ts';
import { imageSource } from './filters.ts';
import type { ImageSource } from './filters.ts';

const formats = { month: 'YYYY-MM', day: 'YYYY-MM-DD' } as const;

/**
 * How many pictures each month or day has, newest first: what a scrubber shows. The borders lie where the days of the
 * asked time zone begin. @throws GazeError invalid_input for a zone that nobody knows
 */
export async function imageBuckets(db: DbOrTrx, query: BucketQuery): Promise<ImageBuckets> {
  const { by, tz, q, ...filter } = query;
  if (!isTimeZone(tz))
    throw new GazeError('invalid_input', `«${tz}» is no time zone; write it like Europe/Berlin.`, {
      field: 'tz',
    });
  const source = imageSource(filter);
  const asked = await askedOf(db, q ?? '');
  if (asked.length === 0 && (q ?? '').trim() !== '') return { buckets: [], total: 0 };
  const { rows } = await (
    asked.length === 0
      ? countSpans(source, { by, tz })
      : countGroups(source, matches(sql.ref('image.search'), allOf(asked)), { by, tz })
  ).execute(db);
  const buckets = rows.map(({ bucket, from, to, count }) => ({
    ...{ bucket, count },
    from: from.toISOString(),
    to: to.toISOString(),
  }));
  return { buckets, total: buckets.reduce((sum, { count }) => sum + count, 0) };
}

type Counted = RawBuilder<{ bucket: string; from: Date; to: Date; count: number }>;
interface Calendar {
  by: BucketQuery['by'];
  tz: string;
}

/** Columns of a bucket, from its `start` in the zone and the number `n` of its pictures. */
const columns = ({
  by,
  tz,
}: Calendar) => sql`to_char(start, ${formats[by]}) AS bucket, start AT TIME ZONE ${tz} AS "from",
  (start + ${`1 ${by}`}::interval) AT TIME ZONE ${tz} AS "to", n AS count`;

/** Every span between the first and the last picture is counted by itself: an index tells it without any calendar. */
function countSpans({ from, where, at }: ImageSource, calendar: Calendar): Counted {
  const { by, tz } = calendar;
  return sql`
    SELECT ${columns(calendar)}
    FROM (SELECT min(${at}) AS first, max(${at}) AS last FROM ${from} WHERE ${where}) AS span
    CROSS JOIN LATERAL generate_series(
      date_trunc(${by}, first AT TIME ZONE ${tz}), last AT TIME ZONE ${tz}, ${`1 ${by}`}::interval) AS start
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS n FROM ${from} WHERE ${where}
        AND ${at} >= start AT TIME ZONE ${tz} AND ${at} < (start + ${`1 ${by}`}::interval) AT TIME ZONE ${tz}) AS counted
    WHERE n > 0 ORDER BY start DESC`;
}

/** With words the pictures are found once, and then sorted into the calendar. */
function countGroups(
  { from, where, at }: ImageSource,
  words: RawBuilder<SqlBool>,
  calendar: Calendar,
): Counted {
  return sql`
    SELECT ${columns(calendar)} FROM (
      SELECT date_trunc(${calendar.by}, ${at} AT TIME ZONE ${calendar.tz}) AS start, count(*)::int AS n
      FROM ${from} WHERE ${where} AND ${words} GROUP BY 1) AS counted
    ORDER BY start DESC`;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
