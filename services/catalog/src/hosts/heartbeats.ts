import type { Heartbeat, HeartbeatReply, HostReport } from '@gaze/contracts';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { HostBook } from './host-book.ts';
import { noteHolderSeen, writeReport, writeTimings } from './host-store.ts';
import type { HostRow } from './host-store.ts';
import type { Liveness } from './liveness.ts';
import type { HostTelling } from './telling.ts';

/** Takes the heartbeats of replicas and answers what they have to stop. */
export function buildHeartbeats(deps: {
  db: Db;
  events: Events;
  liveness: Liveness;
  book: HostBook;
  changed: () => void;
  telling: HostTelling;
}) {
  const { db, events, liveness, book } = deps;

  async function take(beat: Heartbeat): Promise<HeartbeatReply> {
    // First of all, and in memory: a database that is away must make nobody look dead.
    liveness.replicaHeard(beat.replica);
    for (const { job_id, attempt } of beat.attempts) liveness.attemptHeard(job_id, attempt);
    const mine = beat.hosts.filter((report) => {
      const row = book.row(report.host_id);
      return row?.holder === beat.replica && row.epoch === report.epoch;
    });
    for (const report of mine) await takeReport(beat.replica, report);
    await noteHolderSeen(db, beat.replica);
    return { ...(await verdicts(beat)), want_inventory: mine.filter(wanted).map((report) => report.host_id) };
  }

  function wanted(report: HostReport): boolean {
    return report.inventory !== null && report.inventory !== book.row(report.host_id)?.inventory;
  }

  async function takeReport(replica: string, report: HostReport): Promise<void> {
    const row = book.row(report.host_id);
    if (row === undefined) return;
    if (differs(row, report)) {
      const written = await db.transaction().execute(async (trx) => {
        if (!(await writeReport(trx, replica, report))) return false;
        await deps.telling.tell(trx, report.host_id);
        return true;
      });
      if (!written) return;
      events.wake();
      book.report(report);
      deps.changed();
    } else book.report(report);
    await keepTimings(row, report);
  }

  /** Measured times are kept, so that the next holder knows them; small swings are not worth a write. */
  async function keepTimings(row: HostRow, report: HostReport): Promise<void> {
    const { timings } = report;
    if (timings === undefined || !tellsNews(row.timings, timings)) return;
    await writeTimings(db, report.host_id, timings);
    book.putTimings(report.host_id, timings);
  }

  /** What the ledger thinks of the attempts that a replica works on. */
  async function verdicts(beat: Heartbeat): Promise<Pick<HeartbeatReply, 'stale' | 'cancel'>> {
    if (beat.attempts.length === 0) return { stale: [], cancel: [] };
    const ids = beat.attempts.map((attempt) => attempt.job_id);
    const jobs = await db
      .selectFrom('job')
      .select(['id', 'status', 'attempt'])
      .where('id', 'in', ids)
      .execute();
    const byId = new Map(jobs.map((job) => [job.id, job]));
    await touchAttempts(db, beat.attempts);
    const stale = beat.attempts.filter(({ job_id, attempt }) => {
      const job = byId.get(job_id);
      // One that was given up but has no successor yet may still bring its picture.
      return job === undefined || job.attempt !== attempt || job.status === 'failed';
    });
    const cancel = jobs
      .filter((job) => job.status === 'cancelling' || job.status === 'cancelled')
      .map((job) => job.id);
    return { stale, cancel };
  }

  return { take };
}

async function touchAttempts(db: Db, attempts: Heartbeat['attempts']): Promise<void> {
  const ids = attempts.map((attempt) => attempt.job_id);
  const numbers = attempts.map((attempt) => attempt.attempt);
  await sql`UPDATE attempt SET heartbeat_at = now()
    FROM unnest(${ids}::text[], ${numbers}::int[]) AS alive (job_id, number)
    WHERE attempt.job_id = alive.job_id AND attempt.number = alive.number AND attempt.status = 'running'`.execute(
    db,
  );
}

/** A swing of a time that counts. */
const swing = 0.1;

function tellsNews(known: HostRow['timings'], seen: HostRow['timings']): boolean {
  const before = new Map(known.map((one) => [one.checkpoint, one]));
  const changed = (a: number | null | undefined, b: number | null): boolean =>
    b !== null && (a == null || Math.abs(a - b) > swing * a);
  return seen.some((one) => {
    const was = before.get(one.checkpoint);
    return changed(was?.load_ms, one.load_ms) || changed(was?.step_ms, one.step_ms);
  });
}

function differs(row: HostRow, report: HostReport): boolean {
  return (
    row.state !== report.state ||
    row.reason !== report.reason ||
    row.version !== report.version ||
    row.loaded_checkpoint !== report.loaded_checkpoint ||
    row.loaded_loras.join('\n') !== report.loaded_loras.join('\n') ||
    row.missing_nodes.join('\n') !== report.missing_nodes.join('\n')
  );
}
