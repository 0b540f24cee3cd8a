import type {
  LlmDispatchMessage,
  LlmLimitChoice,
  LlmProgress,
  LlmTask,
  LlmTranscript,
} from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { Log, WorkOutcome } from '@gaze/runtime';
import type { Chat } from '../llm/chat.ts';
import { LlmFailure } from '../llm/failure.ts';
import type { Providers } from '../llm/providers.ts';
import type { TaskOutcome } from '../run/run-task.ts';
import type { Attempts } from './attempts.ts';
import type { LlmLedger } from './ledger.ts';
import type { Slots } from './slots.ts';

export interface WorkDeps {
  replica: string;
  ledger: LlmLedger;
  slots: Slots;
  attempts: Attempts;
  providers: Providers;
  run: (
    chat: Chat,
    task: LlmTask,
    options: {
      signal: AbortSignal;
      /** Those of Settings. */
      limits: LlmLimitChoice;
      progress: (progress: LlmProgress) => void;
    },
  ) => Promise<TaskOutcome>;
  log: Log;
}

const releaseWithinMs = 3000;

/** One message of the queue from its slot to the ledger's last word. The message goes when the ledger knows how it ended. */
export async function workJob(
  deps: WorkDeps,
  message: LlmDispatchMessage,
  stopping: AbortSignal,
): Promise<WorkOutcome> {
  const { ledger, log } = deps;
  const { job_id: jobId, dispatch } = message;
  const free = await deps.slots.take(message.lane, stopping).catch(() => null);
  if (free === null) return { type: 'nak', delayMs: 0 };
  try {
    const answer = await ledger.start({ job_id: jobId, dispatch, holder: deps.replica }, stopping);
    if (answer.outcome === 'refused') {
      log.debug({ job: jobId, reason: answer.reason }, 'the ledger has nothing to do for this message');
      return { type: 'ack' };
    }
    return await workAttempt(
      deps,
      {
        ...{ jobId, attempt: answer.attempt, task: answer.task },
        ...{ provider: answer.provider, limits: answer.limits },
      },
      stopping,
    );
  } catch (error) {
    // Stopped while the ledger was away: somebody else shall have it at once.
    if (stopping.aborted) return { type: 'nak', delayMs: 0 };
    throw error;
  } finally {
    free();
  }
}

interface WorkItem {
  jobId: string;
  attempt: number;
  task: LlmTask;
  provider: Parameters<Providers['chatFor']>[0];
  limits: LlmLimitChoice;
}

async function workAttempt(deps: WorkDeps, job: WorkItem, stopping: AbortSignal): Promise<WorkOutcome> {
  const id = { job_id: job.jobId, attempt: job.attempt };
  const running = deps.attempts.open(job.jobId, job.attempt);
  const signal = AbortSignal.any([stopping, running.signal]);
  try {
    const outcome = await runOrFail(deps, job, signal);
    if (outcome.kind === 'done') {
      const failure = await complete(deps, id, outcome, stopping);
      if (failure !== null) await fail(deps, id, failure, outcome.transcript, stopping);
    } else await fail(deps, id, outcome.failure, outcome.transcript, stopping);
    return { type: 'ack' };
  } catch (error) {
    if (running.why() === 'stale') return { type: 'ack' };
    if (running.why() === 'cancelled') {
      await fail(deps, id, new LlmFailure('interrupted', 'The job was cancelled.'), null, stopping);
      return { type: 'ack' };
    }
    if (stopping.aborted) return await giveBack(deps, id);
    throw error;
  } finally {
    running.close();
  }
}

interface AttemptId {
  job_id: string;
  attempt: number;
}

/**
 * Tells the result; not with the attempt's signal, since what is finished is told and the ledger decides.
 * A ledger that cannot take it ends the job: doing the work again would only bring the same result again.
 */
async function complete(
  { ledger, log }: WorkDeps,
  id: AttemptId,
  { result, transcript }: Extract<TaskOutcome, { kind: 'done' }>,
  stopping: AbortSignal,
): Promise<LlmFailure | null> {
  try {
    const { outcome } = await ledger.complete({ ...id, result, transcript }, stopping);
    log.info({ job: id.job_id, attempt: id.attempt, outcome }, 'a job is done');
    return null;
  } catch (error) {
    if (!(error instanceof GazeError)) throw error;
    const kind =
      error.code === 'invalid_input' || error.code === 'payload_too_large' ? 'permanent' : 'provider';
    return new LlmFailure(kind, `The result could not be taken over: ${error.message}`, {
      code: error.code,
      cause: error,
    });
  }
}

async function fail(
  { ledger, log }: WorkDeps,
  id: AttemptId,
  failure: LlmFailure,
  transcript: LlmTranscript | null,
  stopping: AbortSignal,
): Promise<void> {
  log.warn(
    { job: id.job_id, attempt: id.attempt, class: failure.class, err: failure.cause },
    failure.message,
  );
  const { class: kind, retryAfterSeconds } = failure;
  await ledger.fail(
    { ...id, class: kind, error: failure.wire(), transcript, retry_after_seconds: retryAfterSeconds },
    stopping,
  );
}

async function runOrFail(
  deps: WorkDeps,
  job: WorkItem,
  signal: AbortSignal,
): Promise<TaskOutcome | { kind: 'failed'; failure: LlmFailure; transcript: null }> {
  let chat: Chat;
  try {
    chat = deps.providers.chatFor(job.provider);
  } catch (error) {
    if (error instanceof LlmFailure) return { kind: 'failed', failure: error, transcript: null };
    throw error;
  }
  const progress = (now: LlmProgress): void => {
    void deps.ledger.progress({ job_id: job.jobId, attempt: job.attempt, progress: now }).then((answer) => {
      if (answer !== null && answer.outcome !== 'go')
        deps.attempts.end(job.jobId, job.attempt, answer.outcome);
    });
  };
  return deps.run(chat, job.task, { signal, limits: job.limits, progress });
}

/** This process stops: the job waits again, and its message is spent. Unanswered, the message goes back instead. */
async function giveBack(deps: WorkDeps, id: AttemptId): Promise<WorkOutcome> {
  return deps.ledger
    .release({ ...id, reason: 'the worker stops' }, AbortSignal.timeout(releaseWithinMs))
    .then(({ ok }): WorkOutcome => (ok ? { type: 'ack' } : { type: 'nak', delayMs: 0 }))
    .catch((): WorkOutcome => ({ type: 'nak', delayMs: 0 }));
}
