import { randomUUID } from 'node:crypto';
import type { DispatchMessage, HostCapabilities, Prompts, Snapshot, StoredImage, WireError, Workflow } from '@gaze/contracts';
import { errorCodes } from '@gaze/contracts';
import { buildPrompts, setFilenamePrefix, wireWorkflow } from '@gaze/domain';
import { toWireError } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import type { ComfyClient, HistoryEntry } from '../comfy/client.ts';
import { HostRefusal, HostUnreachable, RunFailure, explainRefusal } from '../comfy/errors.ts';
import { picturesOf } from '../comfy/outcome.ts';
import type { Followed } from './follow.ts';
import { follow } from './follow.ts';
import type { Ledger } from './ledger.ts';
import { generationRecord } from './record.ts';
import type { PictureStore } from './store-pictures.ts';

/** What one job needs of the host that it runs on. */
export interface RunHost {
  id: string;
  name: string;
  epoch: number;
  client: ComfyClient;
  clientId: () => string;
  capabilities: () => Promise<HostCapabilities>;
  /** Learned time of a model load, in milliseconds. */
  loadMs: () => number;
  pollMs: () => number;
  checkpointLoaded: (checkpoint: string, loras: string[]) => void;
  /** Follows the socket's word on a prompt until `stop`. */
  watch: (job: WatchedJob) => { followed: Followed; stop: () => void };
  /** The file lists are stale: the host refused what they promised. */
  forgetCapabilities: () => void;
}

export interface WatchedJob {
  jobId: string;
  attempt: number;
  promptId: string;
  graph: Workflow;
  steps: number;
}

export interface RunDeps {
  replica: string;
  ledger: Ledger;
  pictures: PictureStore;
  now: () => number;
  log: Log;
}

/** `ack`: the ledger knows all there is to know. `later`: somebody else, or this one again, shall try. */
export type RunOutcome = { type: 'ack' } | { type: 'later'; delayMs: number };

interface Started {
  attempt: number;
  snapshot: Snapshot;
  template: Workflow;
  earlier_prompt_ids: string[];
  folder: string;
  queued_seconds: number;
  front: boolean;
}

interface Wired {
  graph: Workflow;
  notes: string[];
  loras: { name: string; weight: number }[];
  checkpoint: string;
}

/**
 * Carries one dispatched job through a host: starts an attempt, adopts or posts its prompt, follows it, stores
 * the pictures, and tells the ledger. `signal` ends when this process stops or the attempt is stale: the prompt
 * stays on the host, for whoever adopts it.
 */
export async function runJob(deps: RunDeps, host: RunHost, message: DispatchMessage, signal: AbortSignal): Promise<RunOutcome> {
  const { ledger, log } = deps;
  const started = await ledger.start(
    { job_id: message.job_id, dispatch: message.dispatch, holder: deps.replica, host_id: host.id, epoch: host.epoch },
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
    log.warn({ job: job.id, attempt: job.attempt, host: host.name, class: failure.failure, err: error }, failure.wire.message);
    await ledger.fail({ job_id: job.id, attempt: job.attempt, class: failure.failure, error: failure.wire }, signal);
    return { type: 'ack' };
  }
}

async function render(deps: RunDeps, host: RunHost, job: Started & { id: string }, signal: AbortSignal): Promise<RunOutcome> {
  const prompts = buildPrompts(job.snapshot, job.template);
  const wired = wire(job, prompts, await host.capabilities());
  const began = deps.now();
  const posted = (await adopt(deps, host, job, prompts, signal)) ?? (await post(deps, host, job, prompts, wired, signal));
  if (posted.type === 'stop') return posted.outcome;

  const steps = stepsOf(wired.graph);
  const watch = host.watch({ jobId: job.id, attempt: job.attempt, promptId: posted.promptId, graph: wired.graph, steps });
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
  host.checkpointLoaded(wired.checkpoint, wired.loras.map((lora) => lora.name));
  return complete(deps, host, job, { prompts, wired, outputs, renderingSeconds: (deps.now() - began) / 1000 }, signal);
}

function wire(job: Started & { id: string }, prompts: Prompts, capabilities: HostCapabilities): Wired {
  const wired = wireWorkflow(job.template, job.snapshot, prompts, capabilities);
  return { ...wired, graph: setFilenamePrefix(wired.graph, `gaze/${job.id}_${job.attempt}`) };
}

function stepsOf(graph: Workflow): number {
  const sampler = Object.values(graph).find((node) => node.class_type.startsWith('KSampler'));
  return typeof sampler?.inputs.steps === 'number' ? sampler.inputs.steps : 0;
}

type Posted = { type: 'posted'; promptId: string } | { type: 'stop'; outcome: RunOutcome };

/** Looks for what earlier attempts left on this host; takes over what runs or has ended there. */
async function adopt(deps: RunDeps, host: RunHost, job: Started & { id: string }, prompts: Prompts, signal: AbortSignal): Promise<Posted | null> {
  for (const promptId of job.earlier_prompt_ids) {
    const place = await host.client.where(promptId);
    if (place === null) continue;
    if (place === 'finished') {
      const entry = await host.client.history(promptId);
      // A stopped prompt has nothing to take over; one that failed says so again when it is followed.
      if (entry === null || entry.status?.messages.some(([type]) => type === 'execution_interrupted') === true) continue;
    }
    const answer = await deps.ledger.posting(postingOf(host, job, prompts, promptId, true), signal);
    if (answer.outcome !== 'go') return stopFor(answer.outcome);
    deps.log.info({ job: job.id, attempt: job.attempt, host: host.name, promptId, place }, 'took over a prompt of an earlier try');
    return { type: 'posted', promptId };
  }
  return null;
}

async function post(deps: RunDeps, host: RunHost, job: Started & { id: string }, prompts: Prompts, wired: Wired, signal: AbortSignal): Promise<Posted> {
  // ComfyUI takes canonical lower-case UUIDs alone; the id is on record before the host hears of it.
  const promptId = randomUUID();
  const answer = await deps.ledger.posting(postingOf(host, job, prompts, promptId, false), signal);
  if (answer.outcome !== 'go') return stopFor(answer.outcome);
  await host.client.post({
    graph: wired.graph,
    promptId,
    clientId: host.clientId(),
    front: job.front,
    extraData: { gaze: { job: job.id, attempt: job.attempt }, preview_method: 'auto', extra_pnginfo: {} },
  });
  await deps.ledger.posted({ job_id: job.id, attempt: job.attempt }, signal);
  return { type: 'posted', promptId };
}

function postingOf(host: RunHost, job: Started & { id: string }, prompts: Prompts, promptId: string, adopted: boolean) {
  return { job_id: job.id, attempt: job.attempt, prompt_id: promptId, host_id: host.id, epoch: host.epoch, prompts, adopted };
}

function stopFor(outcome: 'stale' | 'cancelled' | 'not_holder'): Posted {
  return { type: 'stop', outcome: outcome === 'not_holder' ? { type: 'later', delayMs: 2000 } : { type: 'ack' } };
}

async function complete(
  deps: RunDeps,
  host: RunHost,
  job: Started & { id: string },
  done: { prompts: Prompts; wired: Wired; outputs: ReturnType<typeof picturesOf>; renderingSeconds: number },
  signal: AbortSignal,
): Promise<RunOutcome> {
  const record = generationRecord({
    jobId: job.id,
    attempt: job.attempt,
    snapshot: job.snapshot,
    prompts: done.prompts,
    wired: done.wired,
    host: { id: host.id, name: host.name },
    seconds: { queued: job.queued_seconds, rendering: done.renderingSeconds },
    createdAt: new Date().toISOString(),
  });
  const images: StoredImage[] = [];
  for (const [ordinal, output] of done.outputs.entries()) {
    const bytes = await host.client.view(output);
    images.push(await deps.pictures.store(`${job.folder}/gen_${job.id}_${job.attempt}_${ordinal}.png`, bytes, record, host.name));
  }
  const answer = await deps.ledger.complete(
    {
      job_id: job.id,
      attempt: job.attempt,
      images,
      prompts: done.prompts,
      loras: done.wired.loras,
      checkpoint: done.wired.checkpoint,
      rendering_seconds: done.renderingSeconds,
      notes: done.wired.notes,
      record,
    },
    signal,
  );
  // A newer attempt owns the job: what this one stored is nobody's.
  if (answer.outcome === 'refused') await deps.pictures.discard(images.map((image) => image.key));
  return { type: 'ack' };
}

/** Sorts whatever went wrong into the ledger's classes of failure. */
export function asRunFailure(error: unknown, host: { name: string; forgetCapabilities: () => void }): RunFailure {
  if (error instanceof RunFailure) return error;
  if (error instanceof HostRefusal) {
    const { wire, missingFile } = explainRefusal(error, host.name);
    if (missingFile) host.forgetCapabilities();
    return new RunFailure(missingFile ? 'host' : 'permanent', wire);
  }
  if (error instanceof HostUnreachable) {
    return new RunFailure('host', { code: 'host_failed', message: `${host.name} cannot be used: ${error.reason}.` });
  }
  const wire: WireError = toWireError(error);
  if (wire.code === 'storage_full' || wire.code === 'storage_failed') return new RunFailure('storage', wire);
  // A file or node that this host lacks may be there on another one.
  if (wire.code === 'no_host_has_file') return new RunFailure('host', wire);
  // A broken download shows as a picture that does not decode: the host is asked again, not the person.
  if (wire.code === 'image_invalid') return new RunFailure('host', wire);
  return new RunFailure(errorCodes[wire.code].status >= 500 ? 'ambiguous' : 'permanent', wire);
}
