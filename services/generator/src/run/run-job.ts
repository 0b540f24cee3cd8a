import { randomUUID } from 'node:crypto';
import type { DispatchMessage, HostCapabilities, Prompts } from '@gaze/contracts';
import { buildPrompts, setFilenamePrefix, wireWorkflow } from '@gaze/domain';
import { picturesOf } from '../comfy/outcome.ts';
import { deliver } from './deliver.ts';
import { asRunFailure } from './failure.ts';
import { PromptHangs, follow } from './follow.ts';
import type { Placing } from './place-prompt.ts';
import { adopt, post } from './place-prompt.ts';
import type { RunDeps, RunHost, RunOutcome, StartedJob, Watch, Wired } from './run-host.ts';

/**
 * Carries one dispatched job through a host: starts an attempt, adopts or posts its prompt, follows it, stores
 * the pictures, and tells the ledger. `signal` ends when this process stops or the attempt is stale: the prompt
 * stays on the host, for whoever adopts it.
 */
export async function runJob(
  deps: RunDeps,
  host: RunHost,
  message: DispatchMessage,
  signal: AbortSignal,
): Promise<RunOutcome> {
  // In turn from the first question on: prompts reach the host in the order in which their jobs were handed out.
  const begun = await host.inTurn(() => begin(deps, host, message, signal));
  if (begun.type === 'stop') return begun.outcome;
  const { placing, watch } = begun;
  try {
    host.placed(placing.job.id);
    return await render(placing, watch);
  } catch (error) {
    return await failed(placing, error);
  } finally {
    watch.stop();
  }
}

type Begun = { type: 'stop'; outcome: RunOutcome } | { type: 'begun'; placing: Placing; watch: Watch };

async function begin(
  deps: RunDeps,
  host: RunHost,
  message: DispatchMessage,
  signal: AbortSignal,
): Promise<Begun> {
  // ComfyUI takes canonical lower-case UUIDs alone; the id is on record before the host hears of it.
  const promptId = randomUUID();
  const askedMs = deps.now();
  const started = await deps.ledger.start(
    {
      prompt_id: promptId,
      job_id: message.job_id,
      dispatch: message.dispatch,
      holder: deps.replica,
      host_id: host.id,
      epoch: host.epoch,
    },
    signal,
  );
  if (started.outcome === 'refused') return { type: 'stop', outcome: { type: 'ack' } };
  if (started.outcome === 'not_holder') return { type: 'stop', outcome: { type: 'later', delayMs: 2000 } };
  const job = { id: message.job_id, ...started, promptId, askedMs };
  try {
    const prompts = buildPrompts(job.snapshot, job.template);
    const wired = wire(job, prompts, await host.capabilities());
    const placing: Placing = { deps, host, job, prompts, wired, signal };
    const placed = (await adopt(placing)) ?? (await post(placing));
    return placed.type === 'stop' ? placed : { type: 'begun', placing, watch: placed.watch };
  } catch (error) {
    return { type: 'stop', outcome: await failed({ deps, host, job, signal }, error) };
  }
}

/** Tells the ledger what went wrong; a process that stops leaves everything as it is. */
async function failed(
  { deps, host, job, signal }: Pick<Placing, 'deps' | 'host' | 'job' | 'signal'>,
  error: unknown,
): Promise<RunOutcome> {
  if (signal.aborted) throw error;
  const failure = asRunFailure(error, host);
  deps.log.warn(
    { job: job.id, attempt: job.attempt, host: host.name, class: failure.failure, err: error },
    failure.wire.message,
  );
  await deps.ledger.fail(
    { job_id: job.id, attempt: job.attempt, class: failure.failure, error: failure.wire },
    signal,
  );
  return { type: 'ack' };
}

async function render(placing: Placing, watch: Watch): Promise<RunOutcome> {
  const { deps, host, job, prompts, wired, signal } = placing;
  const began = deps.now();
  const done = await finish(placing, watch);
  const renderingSeconds = (deps.now() - (watch.startedMs() ?? began)) / 1000;
  const outputs = picturesOf(done, host.name);
  const { promptId } = watch.followed;
  return deliver(deps, host, job, { promptId, prompts, wired, outputs, renderingSeconds }, signal);
}

/** Follows a prompt to its end; one that hangs is stopped on the way out. */
async function finish({ deps, host, wired, signal }: Placing, watch: Watch) {
  try {
    return await follow({
      client: host.client,
      hostName: host.name,
      followed: watch.followed,
      patience: host.patience(wired.checkpoint),
      silentMs: host.silentMs,
      pollMs: host.pollMs,
      signal,
      now: deps.now,
    });
  } catch (error) {
    if (error instanceof PromptHangs) await host.hung(watch.followed.promptId);
    throw error;
  }
}

function wire(job: StartedJob, prompts: Prompts, capabilities: HostCapabilities): Wired {
  const wired = wireWorkflow(job.template, job.snapshot, prompts, capabilities);
  return { ...wired, graph: setFilenamePrefix(wired.graph, `gaze/${job.id}_${job.attempt}`) };
}
