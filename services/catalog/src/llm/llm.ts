import { llmJobsRpc, llmRpc } from '@gaze/contracts';
import { every, serveRpc } from '@gaze/runtime';
import type { NatsConnection, RpcServer } from '@gaze/runtime';
import { listenToBus } from '../hosts/bus-status.ts';
import type { Liveness } from '../hosts/liveness.ts';
import { buildLiveness } from '../hosts/liveness.ts';
import { pauseReason, readQueueState } from '../jobs/queue-state.ts';
import type { QueueState } from '../jobs/queue-state.ts';
import { buildQueueTelling } from '../jobs/queue-telling.ts';
import type { StreamPlace } from '../jobs/steer.ts';
import { buildTellJobs } from '../jobs/tell.ts';
import { singleFlight } from '../single-flight.ts';
import type { LlmDeps, LlmLedgerDeps } from './deps.ts';
import { decideDrafts } from './decide-drafts.ts';
import { applyDraft, discardDraft, draftOf, listDrafts } from './drafts.ts';
import { buildLlmKeeper } from './keeper.ts';
import { buildLanding } from './landing.ts';
import { completeLlm } from './ledger/complete.ts';
import { failLlm, releaseLlm } from './ledger/fail.ts';
import { noteBeat, noteProgress } from './ledger/signs.ts';
import { startLlm } from './ledger/start.ts';
import { proposeEdit } from './propose.ts';
import { buildLlmQueue } from './queue.ts';
import { bulkCreate, createFromDescription, regenerateTags } from './requests.ts';
import { pruneResults } from './results-store.ts';
import { storedProvider } from './settings/provider.ts';
import type { FixedLlm } from './settings/provider.ts';
import { buildLlmSettings } from './settings/settings.ts';
import { toolServers } from './settings/tool-servers.ts';
import { buildLlmStream } from './stream.ts';
import { readTranscript } from './transcripts.ts';

/** Work for language models: its queue, its ledger, and the way of its results into the library. */
export interface LlmJobs {
  /** Goes on with what a restart cut off, and begins to give out work. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
  serve: (nc: NatsConnection) => RpcServer[];
  /** Jobs have changed, some of them perhaps this queue's. */
  changed: (jobIds: readonly string[]) => void;
  /** Messages of dispatches that were taken back; those of other streams are left alone. */
  withdrawn: (messages: readonly StreamPlace[]) => void;
  queueChanged: (state: QueueState) => void;
}

const watchEveryMs = 1000;
const reconcileEveryMs = 15_000;
const pruneEveryMs = 60 * 60_000;
/** How often an answer of JetStream is tried for after the bus came back: it is there before its store is. */
const streamRetryMs = 500;

export function buildLlmJobs(
  deps: Omit<LlmDeps, 'provider' | 'noteTools'> & {
    liveness?: Liveness;
    /** The key file's: what seals secrets on their way here. */
    key: Buffer | null;
    /** What the environment says of the model. */
    fixed: FixedLlm;
    streamReplicas?: number | undefined;
  },
): LlmJobs {
  const { db, nc, events, images, log } = deps;
  const tell = buildTellJobs({ events, images });
  const liveness = deps.liveness ?? buildLiveness({ nc, now: () => performance.now(), log });
  const stream = buildLlmStream({ nc, replicas: deps.streamReplicas, log });
  const telling = buildQueueTelling({ db, events, kind: 'llm', log });
  const settings = buildLlmSettings({ db, nc, events, key: deps.key, fixed: deps.fixed, log });
  const base: LlmDeps = {
    ...deps,
    async provider() {
      const stored = await storedProvider(db);
      if (stored === null) return { provider: null, limits: {} };
      const { base_url, model, sealed_key, limits } = stored;
      return { provider: { base_url, model, sealed_key }, limits };
    },
    async noteTools(replica, tools) {
      if (tools !== undefined) await settings.noteTools(replica, tools);
      return (await toolServers(db)).mark;
    },
  };
  let state: QueueState = { paused: false, storage: null };
  // Questions are answered before the start is over: nothing is given out until the queue's state is known.
  let started = false;
  const queue = buildLlmQueue({
    ...{ db, events, tell, stream, log },
    open: () => started && pauseReason(state) === null,
  });

  function changed(): void {
    if (!started) return;
    queue.wake();
    telling.changed();
  }

  const landing = buildLanding({ ...base, tell, changed });
  const ledger: LlmLedgerDeps = { ...base, tell, liveness, landing, changed };
  const submitting = { ...base, tell, changed };
  const keeper = buildLlmKeeper({ ledger, stream });
  let retry: NodeJS.Timeout | undefined;
  const reconciling = singleFlight(
    async () => {
      await keeper.reconcile();
      queue.wake();
    },
    (error) => {
      log.debug({ err: error }, 'ledger and stream of LLM jobs could not be compared; it is tried again');
      retry = setTimeout(() => reconciling.wake(), streamRetryMs);
    },
  );
  let parts: { stop: () => Promise<void> | void }[] = [];

  const asked = (on: NatsConnection): RpcServer[] => [
    serveRpc(on, llmJobsRpc.regenerateTags, (request) => regenerateTags(submitting, request), { log }),
    serveRpc(on, llmJobsRpc.create, (request) => createFromDescription(submitting, request), { log }),
    serveRpc(on, llmJobsRpc.bulkCreate, (request) => bulkCreate(submitting, request), { log }),
    serveRpc(on, llmJobsRpc.transcript, (which) => readTranscript(db, which), { log }),
    serveRpc(on, llmJobsRpc.drafts, (query) => listDrafts(db, query), { log }),
    serveRpc(on, llmJobsRpc.draft, ({ id }) => draftOf(db, id), { log }),
    serveRpc(on, llmJobsRpc.draftApply, (request) => applyDraft({ db, landing, events }, request), { log }),
    serveRpc(on, llmJobsRpc.draftDiscard, ({ id }) => discardDraft({ db, events }, id), { log }),
    serveRpc(on, llmJobsRpc.propose, (request) => proposeEdit({ writing: base.writing, events }, request), {
      log,
    }),
    serveRpc(on, llmJobsRpc.draftsDecide, (request) => decideDrafts({ db, events, landing, log }, request), {
      log,
    }),
  ];

  return {
    async start() {
      state = await readQueueState(db, 'llm');
      started = true;
      liveness.start();
      const stopListening = listenToBus(nc, (connected) => {
        if (connected) reconciling.wake();
      });
      reconciling.wake();
      parts = [
        { stop: stopListening },
        every(watchEveryMs, () => keeper.watch(), log),
        every(reconcileEveryMs, () => reconciling.tick(), log),
        every(pruneEveryMs, () => pruneResults(db), log),
      ];
    },
    async stop() {
      for (const part of parts) await part.stop();
      clearTimeout(retry);
      await reconciling.stop();
      clearTimeout(retry);
      liveness.stop();
      await queue.stop();
      await telling.stop();
    },
    serve: (on) => [
      ...asked(on),
      ...settings.serve(on),
      serveRpc(on, llmRpc.start, (question) => startLlm(ledger, question), { log }),
      serveRpc(on, llmRpc.progress, (question) => noteProgress(ledger, question), { log }),
      serveRpc(on, llmRpc.complete, (question) => completeLlm(ledger, question), { log }),
      serveRpc(on, llmRpc.fail, (question) => failLlm(ledger, question), { log }),
      serveRpc(on, llmRpc.release, (question) => releaseLlm(ledger, question), { log }),
      serveRpc(on, llmRpc.beat, (question) => noteBeat(ledger, question), { log }),
    ],
    changed,
    withdrawn: (messages) => void stream.discard(messages),
    queueChanged(next) {
      state = next;
      changed();
    },
  };
}
