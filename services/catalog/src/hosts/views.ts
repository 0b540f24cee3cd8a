import type { HostView } from '@gaze/contracts';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

/** Hosts as people see them, all or one. A host works on one picture at a time; the others that it holds wait there. */
export async function hostViews(db: DbOrTrx, id?: string): Promise<HostView[]> {
  const rows = await db
    .selectFrom('host')
    .leftJoinLateral(
      (from) =>
        from
          .selectFrom('job')
          .select([
            sql<number>`count(*) FILTER (WHERE job.status <> 'dispatched')::int`.as('started'),
            sql<number>`count(*)::int`.as('held'),
          ])
          .whereRef('job.host_id', '=', 'host.id')
          .where('job.status', 'in', ['dispatched', 'running', 'cancelling'])
          .as('work'),
      (join) => join.onTrue(),
    )
    .select([
      'host.id',
      'host.name',
      'host.url',
      'host.state',
      'host.reason',
      'host.version',
      'host.origin',
      'host.enabled',
    ])
    .select(['host.holder', 'host.loaded_checkpoint', 'host.missing_nodes', 'work.started', 'work.held'])
    .$if(id !== undefined, (query) => query.where('host.id', '=', id ?? ''))
    .orderBy('host.name')
    .orderBy('host.id')
    .execute();
  return rows.map(({ started, held, enabled, ...row }) => {
    const running = Math.min(1, started ?? 0);
    const off = running > 0 ? 'It is turned off and finishes what it has begun.' : 'It is turned off.';
    const state = enabled ? row.state : 'disabled';
    const reason = enabled ? row.reason : off;
    return { ...row, state, reason, running, prefetched: (held ?? 0) - running };
  });
}
