import { holderSilenceMs } from '@gaze/domain';
import type { NatsConnection } from '@gaze/runtime';
import type { BookedHost, Hosts } from '../hosts/hosts.ts';
import type { LedgerDeps } from '../jobs/ledger/deps.ts';
import { giveUpAttempt } from '../jobs/ledger/lost.ts';
import { takeBack } from '../jobs/ledger/take-back.ts';
import { orderHost } from '../jobs/steer.ts';
import type { Board, OpenJob } from './board.ts';
import type { DatabaseClock } from './clock.ts';
import type { JobStream } from './stream.ts';
import { messageIdOf } from './stream.ts';

export interface KeeperDeps {
  nc: NatsConnection;
  ledger: LedgerDeps;
  hosts: Hosts;
  board: Board;
  clock: DatabaseClock;
  stream: JobStream;
}

export interface Keeper {
  /** Every second: what can be told from memory. */
  watch: () => Promise<void>;
  /** Now and then, and after every reconnect: compares ledger and stream. */
  reconcile: () => Promise<void>;
}

/** A dispatch that nobody has begun after this long is given out anew: its consumer is stuck or gone. */
const unbegunMs = 120_000;

/** Keeps ledger, stream and hosts in agreement, whatever each of them has lost. */
export function buildKeeper(deps: KeeperDeps): Keeper {
  const { ledger, hosts, board, clock, stream } = deps;

  async function watch(): Promise<void> {
    const known = new Map(hosts.list().map((host) => [host.id, host]));
    for (const job of board.outstanding()) {
      const host = job.hostId === null ? undefined : known.get(job.hostId);
      if (job.status === 'dispatched') {
        if (isLost(job, host)) await stream.discard(await takeBack(ledger, job.id, job.dispatch));
      } else await watchAttempt(job, host);
    }
  }

  function isLost(job: OpenJob, host: BookedHost | undefined): boolean {
    const gone = host === undefined || host.state === 'down' || host.state === 'disabled' || !host.held;
    return gone || clock.nowMs() - job.dispatchedAtMs > unbegunMs;
  }

  async function watchAttempt(job: OpenJob, host: BookedHost | undefined): Promise<void> {
    if (host === undefined) {
      await giveUpAttempt(ledger, job.id, job.attempt, {
        message: 'Its host was removed from GAZE.',
        hostGone: true,
      });
    } else if (hosts.liveness.attemptSilentMs(job.id, job.attempt) >= holderSilenceMs) {
      await giveUpAttempt(ledger, job.id, job.attempt, {
        message: `The generator that worked on it at ${host.name} fell silent.`,
        hostGone: false,
      });
      // A cancel may meet a prompt that outlives its generator: whoever holds the host now is told.
      if (job.status === 'cancelling') orderHost(deps.nc, host.id, { type: 'cancel', job_id: job.id });
    } else if (job.status === 'cancelling') orderHost(deps.nc, host.id, { type: 'cancel', job_id: job.id });
  }

  async function reconcile(): Promise<void> {
    await clock.sync(ledger.db);
    const hostIds = hosts.list().map((host) => host.id);
    await stream.ensure(hostIds, { verify: true });
    await stream.keepOnly(hostIds);
    for (const job of board.outstanding()) {
      if (job.status !== 'dispatched' || job.incarnation === null || job.sequence === null) continue;
      const place = { incarnation: job.incarnation, sequence: job.sequence };
      // The next placement sends it again, under the next number.
      if (!(await stream.holds(place, messageIdOf(job)))) await takeBack(ledger, job.id, job.dispatch);
    }
  }

  return { watch, reconcile };
}
