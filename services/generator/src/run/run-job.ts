import type { DispatchMessage, HostCapabilities, Prompts, Workflow } from '@gaze/contracts';
import { buildPrompts, setFilenamePrefix, wireWorkflow } from '@gaze/domain';
import type { HistoryEntry } from '../comfy/client.ts';
import { picturesOf } from '../comfy/outcome.ts';
import { deliver } from './deliver.ts';
import { asRunFailure } from './failure.ts';
import { follow } from './follow.ts';
import { adopt, post } from './place-prompt.ts';
import type { RunDeps, RunHost, RunOutcome, StartedJob, Wired } from './run-host.ts';

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
  const { ledger, log } = deps;
  const started = await ledger.start(
    {
      job_id: message.job_id,
      dispatch: message.dispatch,
      holder: deps.replica,
      host_id: host.id,
      epoch: host.epoch,
    },
    signal,
  );
  if (started.outcome === 'refused') return { type: 'ack' };
  if (started.outcome === 'not_holder') return { type: 'later', delayMs: 2000 };
  const job = { id: message.job_id, ...started };
  try {
    return await render(deps, host, job, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    const failure = asRunFailure(error, host);
    log.warn(
      { job: job.id, attempt: job.attempt, host: host.name, class: failure.failure, err: error },
      failure.wire.message,
    );
    await ledger.fail(
      { job_id: job.id, attempt: job.attempt, class: failure.failure, error: failure.wire },
      signal,
    );
    return { type: 'ack' };
  }
}

async function render(
  deps: RunDeps,
  host: RunHost,
  job: StartedJob,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const prompts = buildPrompts(job.snapshot, job.template);
  const wired = wire(job, prompts, await host.capabilities());
  const began = deps.now();
  const posted =
    (await adopt(deps, host, job, prompts, signal)) ?? (await post(deps, host, job, prompts, wired, signal));
  if (posted.type === 'stop') return posted.outcome;

  const steps = stepsOf(wired.graph);
  const watch = host.watch({
    jobId: job.id,
    attempt: job.attempt,
    promptId: posted.promptId,
    graph: wired.graph,
    steps,
  });
  let entry: HistoryEntry;
  try {
    entry = await follow({
      client: host.client,
      hostName: host.name,
      followed: watch.followed,
      loadMs: host.loadMs(),
      pollMs: host.pollMs(),
      signal,
      now: deps.now,
    });
  } finally {
    watch.stop();
  }
  const outputs = picturesOf(entry, host.name);
  host.checkpointLoaded(
    wired.checkpoint,
    wired.loras.map((lora) => lora.name),
  );
  return deliver(
    deps,
    host,
    job,
    {
      prompts,
      wired,
      outputs,
      renderingSeconds: (deps.now() - (watch.followed.startedMs() ?? began)) / 1000,
    },
    signal,
  );
}

function wire(job: StartedJob, prompts: Prompts, capabilities: HostCapabilities): Wired {
  const wired = wireWorkflow(job.template, job.snapshot, prompts, capabilities);
  return { ...wired, graph: setFilenamePrefix(wired.graph, `gaze/${job.id}_${job.attempt}`) };
}

function stepsOf(graph: Workflow): number {
  const sampler = Object.values(graph).find((node) => node.class_type.startsWith('KSampler'));
  return typeof sampler?.inputs.steps === 'number' ? sampler.inputs.steps : 0;
}
