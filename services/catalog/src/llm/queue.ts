import type { Lane } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db, DbOrTrx } from '../db/connect.ts';
import { isDatabaseAway } from '../db/errors.ts';
import type { Events } from '../events/events.ts';
import type { TellJobs } from '../jobs/tell.ts';
import { noteSent } from '../scheduler/dispatch.ts';
import { singleFlight } from '../single-flight.ts';
import type { LlmStream } from './stream.ts';
import { lanes } from './stream.ts';

/** Jobs of a lane that workers have or are about to have: few, so that pause, cancel and order stay exact. */
const outstandingPerLane = 4;

const longestSleepMs = 60_000;

export interface LlmQueue {
  /** Looks at once. */
  wake: () => void;
  stop: () => Promise<void>;
}

interface Sendable {
  id: string;
  dispatch: number;
  lane: Lane;
}

/**
 * Gives out LLM jobs in queue order. Marked first, sent then: a job that is dispatched and has no place in the stream is
 * the outbox, whatever ended us in between.
 */
export function buildLlmQueue(deps: {
  db: Db;
  events: Events;
  tell: TellJobs;
  stream: LlmStream;
  /** Whether anything may be given out. */
  open: () => boolean;
  log: Log;
}): LlmQueue {
  const { db, events, stream, log } = deps;
  let alarm: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    await send(await outbox(db));
    if (deps.open()) {
      const marked = await db.transaction().execute(async (trx) => {
        const jobs = (await Promise.all(lanes.map((lane) => mark(trx, lane)))).flat();
        await deps.tell(
          trx,
          jobs.map((job) => job.id),
        );
        return jobs;
      });
      if (marked.length > 0) events.wake();
      await send(marked);
    }
    await setAlarm();
  }

  async function send(jobs: readonly Sendable[]): Promise<void> {
    const sent: Parameters<typeof noteSent>[1][number][] = [];
    try {
      for (const job of jobs) sent.push({ job, place: await stream.send(job) });
    } catch (error) {
      log.debug({ err: error }, 'the bus does not take LLM jobs right now; they are sent as soon as it does');
    }
    await noteSent(db, sent);
  }

  /** Wakes itself when a delay runs out: nothing else would. */
  async function setAlarm(): Promise<void> {
    clearTimeout(alarm);
    const { rows } = await sql<{ ms: number | null }>`
      SELECT extract(epoch FROM min(not_before) - now())::float8 * 1000 AS ms FROM job
      WHERE kind = 'llm' AND status = 'waiting' AND not_before > now()`.execute(db);
    alarm = setTimeout(() => flight.wake(), Math.min(rows[0]?.ms ?? longestSleepMs, longestSleepMs) + 5);
  }

  const flight = singleFlight(look, (error) => {
    log[isDatabaseAway(error) ? 'debug' : 'error'](
      { err: error },
      'giving out LLM jobs failed; it is tried again',
    );
  });

  return {
    wake: () => flight.wake(),
    async stop() {
      await flight.stop();
      clearTimeout(alarm);
    },
  };
}

async function outbox(db: Db): Promise<Sendable[]> {
  return db
    .selectFrom('job')
    .select(['id', 'dispatch', 'lane'])
    .where('kind', '=', 'llm')
    .where('status', '=', 'dispatched')
    .where('stream_sequence', 'is', null)
    .orderBy('dispatched_at')
    .orderBy('id')
    .execute();
}

/** Marks the next jobs of a lane as dispatched, each under a new number, as many as there are free places. */
async function mark(trx: DbOrTrx, lane: Lane): Promise<Sendable[]> {
  const { rows } = await sql<Sendable & { place: number }>`
    WITH free AS (
      SELECT ${outstandingPerLane} - count(*)::int AS places FROM job
      WHERE kind = 'llm' AND lane = ${lane} AND status IN ('dispatched', 'running', 'cancelling')
    ), next AS (
      SELECT id, row_number() OVER (ORDER BY priority, created_at, id)::int AS place FROM (
        SELECT id, priority, created_at FROM job
        WHERE kind = 'llm' AND lane = ${lane} AND status = 'waiting' AND (not_before IS NULL OR not_before <= now())
        ORDER BY priority, created_at, id
        LIMIT (SELECT greatest(places, 0) FROM free)
        FOR UPDATE SKIP LOCKED) AS waiting
    )
    UPDATE job SET status = 'dispatched', dispatch = job.dispatch + 1, stream_incarnation = NULL, stream_sequence = NULL,
      dispatched_at = now(), not_before = NULL, reason = 'It waits for a free LLM worker.'
    FROM next WHERE job.id = next.id
    RETURNING job.id, job.dispatch, job.lane, next.place`.execute(trx);
  return rows
    .sort((a, b) => a.place - b.place)
    .map(({ id, dispatch, lane: of }) => ({ id, dispatch, lane: of }));
}
