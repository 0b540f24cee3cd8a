import type {
  Lane,
  LlmProgress,
  LlmProviderSetting,
  LlmResult,
  LlmTask,
  LlmTranscript,
  WireError,
} from '@gaze/contracts';
import { contractVersion, llmConsumer, llmRpc, streams, subjects } from '@gaze/contracts';
import { connectNats, ensureConsumer, ensureStream, serveRpc } from '@gaze/runtime';
import type { Nats, GazeError } from '@gaze/runtime';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { testLog } from '@gaze/testing';

export interface LedgerJob {
  id: string;
  task: LlmTask;
  lane: Lane;
  status: 'dispatched' | 'running' | 'cancelling' | 'waiting' | 'done' | 'failed' | 'cancelled';
  dispatch: number;
  attempt: number;
  result: LlmResult | null;
  transcript: LlmTranscript | null;
  failure: { class: string; error: WireError; retry_after_seconds: number | null } | null;
  progress: LlmProgress[];
  released: number;
}

/** The catalog's side of the contracts in memory, as strict about attempts as the real one has to be. */
export async function simulatedLedger(natsUrl: string, ackWaitSeconds = 30) {
  const log = testLog();
  const nats: Nats = await connectNats({ url: natsUrl, name: 'ledger', log });
  const { nc } = nats;
  await ensureStream(nc, streams.llm);
  for (const lane of ['interactive', 'batch'] as const) {
    await ensureConsumer(nc, {
      stream: streams.llm.name,
      durable: llmConsumer(lane),
      subject: subjects.llmJobs(lane),
      ackWaitSeconds,
      maxAckPending: 32,
    });
  }
  const jobs = new Map<string, LedgerJob>();
  const state = {
    provider: null as LlmProviderSetting | null,
    /** Thrown at `complete` while it is set. */
    refuseComplete: null as GazeError | null,
    beats: [] as { replica: string; attempts: { job_id: string; attempt: number }[] }[],
    words: [] as string[],
    holders: [] as string[],
  };
  const current = (jobId: string, attempt: number): LedgerJob | null => {
    const job = jobs.get(jobId);
    return job?.attempt === attempt && (job.status === 'running' || job.status === 'cancelling') ? job : null;
  };
  const servers = [
    serveRpc(
      nc,
      llmRpc.start,
      ({ job_id: id, dispatch, holder }) => {
        const job = jobs.get(id);
        const refuse = (reason: 'superseded' | 'cancelled' | 'finished' | 'unknown') =>
          Promise.resolve({ outcome: 'refused' as const, reason });
        if (job === undefined) return refuse('unknown');
        if (job.status === 'done' || job.status === 'failed') return refuse('finished');
        if (job.status === 'cancelled' || job.status === 'cancelling') return refuse('cancelled');
        if (job.dispatch !== dispatch || job.status === 'waiting') return refuse('superseded');
        job.attempt++;
        job.status = 'running';
        state.holders.push(holder);
        return Promise.resolve({
          outcome: 'start' as const,
          attempt: job.attempt,
          task: job.task,
          provider: state.provider,
        });
      },
      { log },
    ),
    serveRpc(
      nc,
      llmRpc.progress,
      ({ job_id: id, attempt, progress }) => {
        const job = current(id, attempt);
        job?.progress.push(progress);
        const outcome = job === null ? 'stale' : job.status === 'cancelling' ? 'cancelled' : 'go';
        return Promise.resolve({ outcome } as const);
      },
      { log },
    ),
    serveRpc(
      nc,
      llmRpc.complete,
      ({ job_id: id, attempt, result, transcript }) => {
        if (state.refuseComplete !== null) throw state.refuseComplete;
        const job = jobs.get(id);
        state.words.push(`complete ${id} ${attempt}`);
        if (job?.status === 'done' && job.attempt === attempt)
          return Promise.resolve({ outcome: 'already' as const });
        const open = current(id, attempt);
        if (open === null) return Promise.resolve({ outcome: 'refused' as const });
        Object.assign(open, { status: 'done', result, transcript });
        return Promise.resolve({ outcome: 'accepted' as const });
      },
      { log },
    ),
    serveRpc(
      nc,
      llmRpc.fail,
      ({ job_id: id, attempt, transcript, ...failure }) => {
        state.words.push(`fail ${id} ${attempt}`);
        const job = current(id, attempt);
        if (job === null) return Promise.resolve({ outcome: 'stale' as const });
        const next =
          job.status === 'cancelling' ? 'cancelled' : failure.class === 'permanent' ? 'failed' : 'waiting';
        Object.assign(job, { status: next, failure, transcript });
        return Promise.resolve({ outcome: next });
      },
      { log },
    ),
    serveRpc(
      nc,
      llmRpc.release,
      ({ job_id: id, attempt }) => {
        const job = current(id, attempt);
        if (job !== null) Object.assign(job, { status: 'waiting', released: job.released + 1 });
        return Promise.resolve({ ok: job !== null });
      },
      { log },
    ),
    serveRpc(
      nc,
      llmRpc.beat,
      ({ replica, attempts }) => {
        state.beats.push({ replica, attempts });
        return Promise.resolve({
          stale: attempts.filter(({ job_id: id, attempt }) => jobs.get(id)?.attempt !== attempt),
          cancel: attempts
            .filter(({ job_id: id }) => jobs.get(id)?.status === 'cancelling')
            .map(({ job_id: id }) => id),
        });
      },
      { log },
    ),
  ];

  let count = 0;
  async function dispatch(job: LedgerJob): Promise<void> {
    job.dispatch++;
    job.status = 'dispatched';
    const message = { v: contractVersion, job_id: job.id, dispatch: job.dispatch, lane: job.lane };
    await jetstream(nc).publish(subjects.llmJobs(job.lane), JSON.stringify(message), {
      msgID: `${job.id}.${job.dispatch}`,
    });
  }

  return {
    nats,
    state,
    job: (id: string): LedgerJob => {
      const job = jobs.get(id);
      if (job === undefined) throw new Error(`no job ${id}`);
      return job;
    },
    dispatch,
    async submit(task: LlmTask, lane: Lane = 'interactive'): Promise<LedgerJob> {
      const job: LedgerJob = {
        id: `j${++count}`,
        task,
        lane,
        status: 'waiting',
        dispatch: 0,
        attempt: 0,
        result: null,
        transcript: null,
        failure: null,
        progress: [],
        released: 0,
      };
      jobs.set(job.id, job);
      await dispatch(job);
      return job;
    },
    /** Puts the message of a job's present dispatch into the queue once more, as a redelivery does. */
    async repeat(job: LedgerJob): Promise<void> {
      const message = { v: contractVersion, job_id: job.id, dispatch: job.dispatch, lane: job.lane };
      await jetstream(nc).publish(subjects.llmJobs(job.lane), JSON.stringify(message));
    },
    cancel(job: LedgerJob): void {
      job.status = 'cancelling';
      nc.publish(subjects.control('llm'), JSON.stringify({ type: 'cancel', job_id: job.id }));
    },
    queued: async (): Promise<number> => {
      return (await (await jetstreamManager(nc)).streams.info(streams.llm.name)).state.messages;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.stop()));
      await nats.close();
    },
  };
}
export type SimulatedLedger = Awaited<ReturnType<typeof simulatedLedger>>;
