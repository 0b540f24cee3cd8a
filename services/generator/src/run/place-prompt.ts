import { sleep } from '@gaze/runtime';
import type { Prompts } from '@gaze/contracts';
import { HostUnreachable, RunFailure } from '../comfy/errors.ts';
import type { RunDeps, RunHost, RunOutcome, StartedJob, Watch, Wired } from './run-host.ts';

export type Placed = { type: 'placed'; watch: Watch } | { type: 'stop'; outcome: RunOutcome };

export interface Placing {
  deps: RunDeps;
  host: RunHost;
  job: StartedJob;
  prompts: Prompts;
  wired: Wired;
  signal: AbortSignal;
}

/** Looks for what earlier attempts left on this host; takes over what waits, runs or has ended there. */
export async function adopt(placing: Placing): Promise<Placed | null> {
  const { deps, host, job, signal } = placing;
  for (const promptId of job.earlier_prompt_ids) {
    const place = await host.client.where(promptId);
    if (place === null) continue;
    if (place === 'finished' && (await wasStopped(host, promptId))) continue;
    const { outcome } = await deps.ledger.posting(postingOf(placing, promptId, true), signal);
    if (outcome !== 'go') return stopFor(outcome);
    deps.log.info(
      { job: job.id, attempt: job.attempt, host: host.name, promptId, place },
      'took over a prompt of an earlier try',
    );
    return { type: 'placed', watch: host.watch(watchedOf(placing, promptId, null)) };
  }
  return null;
}

/** A stopped prompt has nothing to take over; one that failed says so again when it is followed. */
async function wasStopped(host: RunHost, promptId: string): Promise<boolean> {
  const entry = await host.client.history(promptId);
  return entry?.status?.messages.some(([type]) => type === 'execution_interrupted') ?? entry === null;
}

/** An answer of the ledger older than this is asked for again: this process may have stood still meanwhile. */
const answerGoodMs = 5000;

export async function post(placing: Placing): Promise<Placed> {
  const { deps, host, job, wired, signal } = placing;
  const { promptId } = job;
  // The start recorded the id where there was nothing to take over; its word is as good as that of `posting`.
  let askedMs = job.recorded === true ? job.askedMs : Number.NEGATIVE_INFINITY;
  deps.crash('before-post');
  while (deps.now() - askedMs > answerGoodMs) {
    askedMs = deps.now();
    const { outcome } = await deps.ledger.posting(postingOf(placing, promptId, false), signal);
    if (outcome !== 'go') return stopFor(outcome);
  }

  const clientId = host.clientId();
  const watch = host.watch(watchedOf(placing, promptId, clientId));
  try {
    await host.client.post({
      graph: wired.graph,
      promptId,
      clientId,
      front: job.front,
      extraData: { gaze: { job: job.id, attempt: job.attempt }, preview_method: 'auto', extra_pnginfo: {} },
    });
  } catch (error) {
    const arrived = error instanceof HostUnreachable && (await arrivedAnyway(host, promptId, error, signal));
    if (!arrived) {
      watch.stop();
      throw error;
    }
  }
  deps.crash('after-post');
  await deps.ledger.posted({ job_id: job.id, attempt: job.attempt, prompts: placing.prompts }, signal);
  return { type: 'placed', watch };
}

const askAgainMs = 500;
const askTimes = 6;
/** The host may still be at the request when its connection is cut: one «unknown» is not enough. */
const unknownTimes = 2;

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
  let unknown = 0;
  for (let asked = 0; asked < askTimes; asked++) {
    try {
      if ((await host.client.where(promptId)) !== null) return true;
      if (++unknown >= unknownTimes) return false;
    } catch (again) {
      if (!(again instanceof HostUnreachable)) throw again;
    }
    await sleep(askAgainMs, signal);
  }
  throw new RunFailure('ambiguous', {
    code: 'host_failed',
    message: `${host.name} was cut off while it took the picture: ${error.reason}.`,
  });
}

function watchedOf({ job, wired }: Placing, promptId: string, clientId: string | null) {
  return {
    jobId: job.id,
    attempt: job.attempt,
    promptId,
    clientId,
    graph: wired.graph,
    checkpoint: wired.checkpoint,
    loras: wired.loras.map((lora) => lora.name),
  };
}

function postingOf({ host, job, prompts }: Placing, promptId: string, adopted: boolean) {
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

function stopFor(outcome: 'stale' | 'cancelled' | 'not_holder'): Placed {
  return {
    type: 'stop',
    outcome: outcome === 'not_holder' ? { type: 'later', delayMs: 2000 } : { type: 'ack' },
  };
}
