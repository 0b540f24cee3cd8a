import type { EntityLoader } from '@gaze/domain';
import type { ObjectStore } from '@gaze/media';
import type { Log, NatsConnection } from '@gaze/runtime';
import { againRpc, catalogRpc, ledgerRpc, strengthsRpc } from '@gaze/contracts';
import { every, serveRpc } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { listenToBus } from '../hosts/bus-status.ts';
import type { Hosts } from '../hosts/hosts.ts';
import type { Images } from '../images/images.ts';
import type { Template } from '../library/template.ts';
import type { LlmJobs } from '../llm/llm.ts';
import { buildBoard } from '../scheduler/board.ts';
import type { Keeping } from '../settings/settings.ts';
import type { OpenRow } from '../scheduler/board.ts';
import { buildDatabaseClock } from '../scheduler/clock.ts';
import { buildDurations } from '../scheduler/durations.ts';
import { buildKeeper } from '../scheduler/keeper.ts';
import { buildScheduler } from '../scheduler/scheduler.ts';
import { storeWorks } from '../scheduler/storage-probe.ts';
import { buildJobStream } from '../scheduler/stream.ts';
import { singleFlight } from '../single-flight.ts';
import { startSweep } from '../strengths/start.ts';
import { again } from './again.ts';
import { completeAttempt } from './ledger/complete.ts';
import type { LedgerDeps } from './ledger/deps.ts';
import { failAttempt } from './ledger/fail.ts';
import { giveUpHolder } from './ledger/lost.ts';
import { notePosted, notePosting } from './ledger/posting.ts';
import { releaseAttempt } from './ledger/release.ts';
import { startAttempt } from './ledger/start.ts';
import { listJobs } from './list.ts';
import { pruneHistory } from './prune.ts';
import { pauseReason, queueView, readQueueState } from './queue-state.ts';
import type { QueueState } from './queue-state.ts';
import { buildQueueTelling } from './queue-telling.ts';
import { buildSteering } from './steer.ts';
import { submitMany } from './submit-many.ts';
import { submit } from './submit.ts';
import type { SubmitDeps } from './submit.ts';
import { buildLaterTelling, buildTellJobs } from './tell.ts';
import { buildTemplates } from './templates.ts';
import { attemptViews, jobDetail, jobStatus } from './views.ts';

export interface JobsDeps {
  db: Db;
  nc: NatsConnection;
  store: ObjectStore;
  events: Events;
  images: Images;
  /** The entities that a recipe names. */
  loader: EntityLoader;
  templateFor: (checkpointData: Record<string, unknown>) => Promise<Template>;
  defaultCheckpoint: () => Promise<string | null>;
  hosts: Hosts;
  keeping: () => Promise<Pick<Keeping, 'jobDays'>>;
  /** The other queue: it has the same steering. */
  llm?: Pick<LlmJobs, 'changed' | 'withdrawn' | 'queueChanged'>;
  streamReplicas?: number | undefined;
  log: Log;
}

/** The ledger, the scheduler and all that steers them. */
export interface Jobs {
  /** Loads the open work, makes the streams and begins to place. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

const watchEveryMs = 1000;
const reconcileEveryMs = 15_000;
const probeEveryMs = 5000;
const pruneEveryMs = 60 * 60_000;
/** How often an answer of JetStream is tried for after the bus came back: it is there before its store is. */
const streamRetryMs = 500;

export function buildJobs(deps: JobsDeps): Jobs {
  const { db, nc, events, images, hosts, log } = deps;
  const tell = buildTellJobs({ events, images });
  const later = buildLaterTelling({ db, events, tell, log });
  const templates = buildTemplates();
  const clock = buildDatabaseClock(() => performance.now());
  const board = buildBoard(clock);
  const stream = buildJobStream({ nc, replicas: deps.streamReplicas, log });
  const durations = buildDurations({
    hosts,
    board,
    clock,
    failed: (error) => log.debug({ err: error }, 'a duration was not noted'),
  });
  const queueTelling = buildQueueTelling({ db, events, kind: 'image', log });
  let queue: QueueState = { paused: false, storage: null };
  let parts: { stop: () => Promise<void> | void }[] = [];
  let knownHosts = new Set<string>();
  // Questions are answered before the start is over: nothing is given out until the queue's state is known.
  let started = false;

  const scheduler = buildScheduler({
    db,
    events,
    hosts,
    tell,
    tellLater: later.changed,
    board,
    clock,
    stream,
    open: () => started && pauseReason(queue) === null,
    freeSince: (hostId) => durations.freeSince(hostId),
    log,
  });

  function changed(ids: readonly string[]): void {
    for (const id of ids) {
      const hostId = board.get(id)?.hostId;
      if (hostId != null) hosts.workChanged(hostId);
    }
    scheduler.wake(ids);
    queueTelling.changed();
    deps.llm?.changed(ids);
  }

  const steering = buildSteering({
    db,
    nc,
    events,
    images,
    tell,
    changed,
    withdrawn(messages) {
      void stream.discard(messages);
      deps.llm?.withdrawn(messages);
    },
    queueChanged(kind, state) {
      if (kind === 'llm') deps.llm?.queueChanged(state);
      if (kind !== 'image') return;
      queue = state;
      scheduler.wake();
    },
  });

  const ledger: LedgerDeps = {
    db,
    events,
    images,
    hosts,
    tell,
    tellLater: later.changed,
    template: (on, hash) => templates.get(on, hash),
    // The board may be a moment behind a retry or a second start, but it never forgets an attempt that there was.
    mayHaveAttempts: (jobId) => board.get(jobId)?.attempt !== 0,
    changed,
    ended: (jobId, hostId, how) => durations.ended(jobId, hostId, how),
    async pauseForStorage(reason) {
      if (queue.storage !== null) return;
      log.error(`the image queue is paused: ${reason}`);
      await steering.changeQueue('image', { storage: reason });
      await steering.callBack('image');
    },
    log,
  };
  const keeper = buildKeeper({ nc, ledger, hosts, board, clock, stream });
  const submitting: SubmitDeps = {
    ...deps,
    hosts: () => hosts.list(),
    queue: () => board.counts(),
    templates,
    submitted,
  };

  /** The store works again: work goes on, and prompts that hosts have finished meanwhile are looked for first. */
  async function probe(): Promise<void> {
    if (queue.storage === null || !(await storeWorks(deps.store))) return;
    await db
      .updateTable('job')
      .set({ heartbeat_at: sql<Date>`now()` })
      .where('status', '=', 'waiting')
      .where('host_id', 'is not', null)
      .execute();
    scheduler.reload();
    await steering.changeQueue('image', { storage: null });
    log.info('the picture store works again; the image queue goes on');
  }

  const reconciling = singleFlight(
    async () => {
      await keeper.reconcile();
      scheduler.reload();
    },
    (error) => {
      log.debug({ err: error }, 'ledger and stream could not be compared; it is tried again');
      retry = setTimeout(() => reconciling.wake(), streamRetryMs);
    },
  );
  let retry: NodeJS.Timeout | undefined;

  function hostsChanged(): void {
    const ids = new Set(hosts.list().map((host) => host.id));
    if ([...ids].some((id) => !knownHosts.has(id))) reconciling.wake();
    knownHosts = ids;
    scheduler.wake();
  }

  return {
    async start() {
      queue = await readQueueState(db, 'image');
      started = true;
      hosts.onReborn((replica) => giveUpHolder(ledger, replica));
      hosts.onChange(hostsChanged);
      hostsChanged();
      const stopListening = listenToBus(nc, (connected) => {
        if (connected) reconciling.wake();
      });
      parts = [
        { stop: stopListening },
        every(watchEveryMs, watch, log),
        every(reconcileEveryMs, reconcileSoon, log),
        every(probeEveryMs, probe, log),
        every(pruneEveryMs, prune, log),
      ];
    },
    async stop() {
      for (const part of parts) await part.stop();
      clearTimeout(retry);
      await reconciling.stop();
      clearTimeout(retry);
      await scheduler.stop();
      await later.stop();
      await queueTelling.stop();
    },
    serve: (on) => [
      serveRpc(on, catalogRpc.jobsSubmit, (input) => submit(submitting, input), { log }),
      serveRpc(
        on,
        catalogRpc.jobsSubmitMany,
        async ({ entries }) => ({ entries: await submitMany({ ...submitting, log }, entries) }),
        { log },
      ),
      serveRpc(on, againRpc.again, (request) => again(submitting, request), { log }),
      serveRpc(on, strengthsRpc.start, (request) => startSweep(submitting, request), { log }),
      serveRpc(on, catalogRpc.jobsGet, ({ job_id }) => jobDetail(db, images, job_id), { log }),
      serveRpc(on, catalogRpc.jobsList, (query) => listJobs(db, images, query), { log }),
      serveRpc(on, catalogRpc.jobsCancel, (what) => steering.cancel(what), { log }),
      serveRpc(on, catalogRpc.jobsRetry, ({ job_id }) => steering.retry(job_id), { log }),
      serveRpc(on, catalogRpc.jobsFront, ({ job_id }) => steering.front(job_id), { log }),
      serveRpc(
        on,
        catalogRpc.queuesGet,
        async () => ({ queues: [await queueView(db, 'image'), await queueView(db, 'llm')] }),
        { log },
      ),
      serveRpc(on, catalogRpc.queuesPause, ({ kind, paused }) => steering.pause(kind, paused), { log }),
      serveRpc(on, ledgerRpc.start, (question) => startAttempt(ledger, question), { log }),
      serveRpc(on, ledgerRpc.posting, (question) => notePosting(ledger, question), { log }),
      serveRpc(on, ledgerRpc.posted, (question) => notePosted(ledger, question), { log }),
      serveRpc(on, ledgerRpc.complete, (question) => completeAttempt(ledger, question), { log }),
      serveRpc(on, ledgerRpc.fail, (question) => failAttempt(ledger, question), { log }),
      serveRpc(on, ledgerRpc.release, (question) => releaseAttempt(ledger, question), { log }),
      serveRpc(
        on,
        ledgerRpc.attempts,
        async ({ job_id }) => ({
          attempts: await attemptViews(db, job_id),
          status: await jobStatus(db, job_id),
        }),
        { log },
      ),
    ],
  };

  function submitted(made: OpenRow[]): void {
    board.take(made);
    scheduler.wake();
    queueTelling.changed();
    later.changed(made.map((job) => job.id));
  }

  async function prune(): Promise<void> {
    await pruneAll(db, (await deps.keeping()).jobDays);
  }

  async function watch(): Promise<void> {
    await keeper.watch();
    scheduler.wake();
  }

  async function reconcileSoon(): Promise<void> {
    reconciling.wake();
    await Promise.resolve();
  }
}

async function pruneAll(db: Db, keepDays: number): Promise<void> {
  while ((await pruneHistory(db, keepDays)) > 0);
}
