import type { Assignment } from '@gaze/domain';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import type { StreamPlace } from '../jobs/steer.ts';

export interface Dispatched {
  id: string;
  dispatch: number;
  hostId: string;
  lane: string;
}

/**
 * Marks placed jobs as dispatched, each under a new dispatch number. Until its sequence is noted, such a job is the
 * outbox: what a crash leaves between here and the stream is found by that. Jobs that no longer wait are left alone.
 */
export async function markDispatched(db: Db, assignments: readonly Assignment[]): Promise<Dispatched[]> {
  const ids = assignments.map((assignment) => assignment.jobId);
  const hosts = assignments.map((assignment) => assignment.hostId);
  const fronts = assignments.map((assignment) => assignment.front);
  const { rows } = await sql<{ id: string; dispatch: number; host_id: string; lane: string }>`
    UPDATE job SET status = 'dispatched', dispatch = job.dispatch + 1, host_id = placed.host_id, front = placed.front,
      stream_incarnation = NULL, stream_sequence = NULL, dispatched_at = now(), not_before = NULL, reason = NULL
    FROM unnest(${ids}::text[], ${hosts}::text[], ${fronts}::boolean[]) AS placed (id, host_id, front)
    WHERE job.id = placed.id AND job.status = 'waiting'
    RETURNING job.id, job.dispatch, job.host_id, job.lane`.execute(db);
  const dispatched = rows.map((row) => ({
    id: row.id,
    dispatch: row.dispatch,
    hostId: row.host_id,
    lane: row.lane,
  }));
  // In the order of the placement: the stream keeps it.
  return dispatched.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

/** Notes where dispatches lie in the stream; a job that has moved on since is left alone. */
export async function noteSent(
  db: Db,
  sent: readonly { job: Pick<Dispatched, 'id' | 'dispatch'>; place: StreamPlace }[],
): Promise<void> {
  if (sent.length === 0) return;
  await sql`UPDATE job SET stream_incarnation = sent.incarnation, stream_sequence = sent.sequence
    FROM unnest(${sent.map(({ job }) => job.id)}::text[], ${sent.map(({ job }) => job.dispatch)}::int[],
      ${sent.map(({ place }) => place.incarnation)}::text[], ${sent.map(({ place }) => place.sequence)}::bigint[]) AS sent (id, dispatch, incarnation, sequence)
    WHERE job.id = sent.id AND job.dispatch = sent.dispatch AND job.status IN ('dispatched', 'running', 'cancelling')`.execute(
    db,
  );
}
