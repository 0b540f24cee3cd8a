import type { ControlMessage, DispatchMessage } from '@gaze/contracts';
import { RunFailure } from '../comfy/errors.ts';
import type { RunDeps } from '../run/run-host.ts';
import { runJob } from '../run/run-job.ts';
import type { HeldHost } from './held-host.ts';
import { cancelLeftOver } from './sweep.ts';

interface Attempt {
  jobId: string;
  /** 0 until the ledger has minted it. */
  number: number;
  host: HeldHost;
  abort: AbortController;
  /** Resolves when its prompt is on the host, or when it has ended without one. */
  placed: PromiseWithResolvers<undefined>;
}

type Outcome = { type: 'ack' } | { type: 'nak'; delayMs: number };

/** The attempts that this process works on, on all of its hosts. */
export interface Work {
  /** Carries a message to its end; answers what becomes of the message. */
  take: (host: HeldHost, message: DispatchMessage, stopping: AbortSignal) => Promise<Outcome>;
  /** For the heartbeat: attempts that somebody vouches for. */
  underWay: () => { job_id: string; attempt: number }[];
  obey: (host: HeldHost, order: ControlMessage) => Promise<void>;
  /** Stops an attempt that the ledger counts no more. */
  drop: (jobId: string, attempt: number) => void;
  cancel: (jobId: string) => Promise<void>;
  /** Takes back what waits on a host. */
  withdrawAll: (host: HeldHost) => Promise<void>;
}

export function buildWork(deps: RunDeps): Work {
  const { log } = deps;
  const attempts = new Map<string, Attempt>();
  /** Their start is asked for; the ledger may count them already. */
  const arriving = new Map<string, Attempt>();

  async function take(host: HeldHost, message: DispatchMessage, stopping: AbortSignal): Promise<Outcome> {
    const { job_id: jobId } = message;
    const mine: Attempt = {
      jobId,
      number: 0,
      host,
      abort: new AbortController(),
      placed: Promise.withResolvers<undefined>(),
    };
    arriving.set(jobId, mine);
    const ledger = {
      ...deps.ledger,
      start: async (...args: Parameters<typeof deps.ledger.start>) => {
        const answer = await deps.ledger.start(...args);
        if (answer.outcome === 'start') {
          // A second delivery of a job that is under way here: the newer attempt owns it from now on.
          attempts.get(jobId)?.abort.abort(new Error('the job was started again'));
          attempts.set(jobId, Object.assign(mine, { number: answer.attempt }));
        }
        return answer;
      },
    };
    const lent = { ...host.run, placed: () => mine.placed.resolve(undefined) };
    try {
      const outcome = await runJob(
        { ...deps, ledger },
        lent,
        message,
        AbortSignal.any([stopping, mine.abort.signal]),
      );
      deps.crash('before-ack');
      return outcome.type === 'ack' ? outcome : { type: 'nak', delayMs: outcome.delayMs };
    } catch (error) {
      // Stopped for a newer attempt: the message is spent. Stopped with the process: somebody else shall have it at once.
      if (mine.abort.signal.aborted) return { type: 'ack' };
      if (stopping.aborted) return { type: 'nak', delayMs: 0 };
      throw error instanceof RunFailure ? new Error(error.message, { cause: error }) : error;
    } finally {
      mine.placed.resolve(undefined);
      if (arriving.get(jobId) === mine) arriving.delete(jobId);
      if (attempts.get(jobId) === mine) attempts.delete(jobId);
    }
  }

  async function withdraw(attempt: Attempt, reason: string): Promise<void> {
    // One that is on its way to the host is met there.
    await attempt.placed.promise;
    if (attempts.get(attempt.jobId) !== attempt || !(await attempt.host.withdraw(attempt.jobId))) return;
    attempt.abort.abort(new Error('the job was withdrawn'));
    await deps.ledger.release(
      { job_id: attempt.jobId, attempt: attempt.number, reason },
      AbortSignal.timeout(30_000),
    );
  }

  async function cancel(jobId: string): Promise<void> {
    const attempt = attempts.get(jobId) ?? arriving.get(jobId);
    // One that is on its way to the host is met there.
    await attempt?.placed.promise;
    await attempt?.host
      .cancel(jobId)
      .catch((error: unknown) =>
        log.warn({ err: error, job: jobId }, 'a cancel did not reach its host; it is repeated'),
      );
  }

  return {
    take,
    underWay: () => [...attempts.values()].map(({ jobId, number }) => ({ job_id: jobId, attempt: number })),
    async obey(host, order) {
      if (order.type === 'cancel') {
        const isHere = attempts.has(order.job_id) || arriving.has(order.job_id);
        return isHere ? cancel(order.job_id) : cancelLeftOver(host.client, order.job_id);
      }
      const attempt = attempts.get(order.job_id) ?? arriving.get(order.job_id);
      if (attempt?.host === host) await withdraw(attempt, 'withdrawn from the host');
    },
    drop(jobId, number) {
      const attempt = attempts.get(jobId);
      if (attempt?.number === number) attempt.abort.abort(new Error('a newer attempt owns the job'));
    },
    cancel,
    async withdrawAll(host) {
      const there = [...attempts.values()].filter((attempt) => attempt.host === host);
      await Promise.all(
        there.map((attempt) =>
          withdraw(attempt, 'its host is stuck').catch((error: unknown) =>
            log.warn({ err: error, job: attempt.jobId }, 'a prompt could not be taken back from its host'),
          ),
        ),
      );
    },
  };
}
