import { randomUUID } from 'node:crypto';
import { sleep } from '@gaze/runtime';
import type { Prompts } from '@gaze/contracts';
import { HostUnreachable, RunFailure } from '../comfy/errors.ts';
import type { RunDeps, RunHost, RunOutcome, StartedJob, Wired } from './run-host.ts';

export type Posted = { type: 'posted'; promptId: string } | { type: 'stop'; outcome: RunOutcome };

/** Looks for what earlier attempts left on this host; takes over what runs or has ended there. */
export async function adopt(
  deps: RunDeps,
  host: RunHost,
  job: StartedJob,
  prompts: Prompts,
  signal: AbortSignal,
): Promise<Posted | null> {
  for (const promptId of job.earlier_prompt_ids) {
    const place = await host.client.where(promptId);
    if (place === null) continue;
    if (place === 'finished') {
      const entry = await host.client.history(promptId);
      // A stopped prompt has nothing to take over; one that failed says so again when it is followed.
      if (
        entry === null ||
        entry.status?.messages.some(([type]) => type === 'execution_interrupted') === true
      )
        continue;
    }
    const answer = await deps.ledger.posting(postingOf(host, job, prompts, promptId, true), signal);
    if (answer.outcome !== 'go') return stopFor(answer.outcome);
    deps.log.info(
      { job: job.id, attempt: job.attempt, host: host.name, promptId, place },
      'took over a prompt of an earlier try',
    );
    return { type: 'posted', promptId };
  }
  return null;
}

export async function post(
  deps: RunDeps,
  host: RunHost,
  job: StartedJob,
  prompts: Prompts,
  wired: Wired,
  signal: AbortSignal,
): Promise<Posted> {
  // ComfyUI takes canonical lower-case UUIDs alone; the id is on record before the host hears of it.
  const promptId = randomUUID();
  const answer = await deps.ledger.posting(postingOf(host, job, prompts, promptId, false), signal);
  if (answer.outcome !== 'go') return stopFor(answer.outcome);
  try {
    await host.client.post({
      graph: wired.graph,
      promptId,
      clientId: host.clientId(),
      front: job.front,
      extraData: { gaze: { job: job.id, attempt: job.attempt }, preview_method: 'auto', extra_pnginfo: {} },
    });
  } catch (error) {
    if (!(error instanceof HostUnreachable) || !(await arrivedAnyway(host, promptId, error, signal)))
      throw error;
  }
  await deps.ledger.posted({ job_id: job.id, attempt: job.attempt }, signal);
  return { type: 'posted', promptId };
}

const askAgainMs = 500;
const askTimes = 6;

/**
 * A post that was cut off may have been taken: the host is asked before anything is repeated.
 * @throws RunFailure ambiguous where it cannot be asked either; the next attempt asks for this id first
 */
async function arrivedAnyway(
  host: RunHost,
  promptId: string,
  error: HostUnreachable,
  signal: AbortSignal,
): Promise<boolean> {
  if (error.neverSent) return false;
  for (let asked = 0; asked < askTimes; asked++) {
    try {
      return (await host.client.where(promptId)) !== null;
    } catch (again) {
      if (!(again instanceof HostUnreachable)) throw again;
      await sleep(askAgainMs, signal);
    }
  }
  throw new RunFailure('ambiguous', {
    code: 'host_failed',
    message: `${host.name} was cut off while it took the picture: ${error.reason}.`,
  });
}

function postingOf(host: RunHost, job: StartedJob, prompts: Prompts, promptId: string, adopted: boolean) {
  return {
    job_id: job.id,
    attempt: job.attempt,
    prompt_id: promptId,
    host_id: host.id,
    epoch: host.epoch,
    prompts,
    adopted,
  };
}

function stopFor(outcome: 'stale' | 'cancelled' | 'not_holder'): Posted {
  return {
    type: 'stop',
    outcome: outcome === 'not_holder' ? { type: 'later', delayMs: 2000 } : { type: 'ack' },
  };
}
