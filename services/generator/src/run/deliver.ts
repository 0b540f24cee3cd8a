import type { GenerationRecord, Prompts, StoredImage } from '@gaze/contracts';
import { pictureKey } from '@gaze/domain';
import { sleep, toWireError } from '@gaze/runtime';
import type { OutputImage } from '../comfy/client.ts';
import { HostUnreachable, RunFailure } from '../comfy/errors.ts';
import { generationRecord } from './record.ts';
import type { RunDeps, RunHost, RunOutcome, StartedJob, Wired } from './run-host.ts';

interface Done {
  promptId: string;
  prompts: Prompts;
  wired: Wired;
  outputs: OutputImage[];
  renderingSeconds: number;
}

/** Fetches the pictures of a finished prompt, stores them and tells the ledger. */
export async function deliver(
  deps: RunDeps,
  host: RunHost,
  job: StartedJob,
  done: Done,
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
    pictures: done.outputs.length,
  });
  const images: StoredImage[] = [];
  for (const [ordinal, output] of done.outputs.entries()) {
    const key = pictureKey(job.folder, job.id, job.attempt, ordinal);
    images.push(await fetchAndStore({ deps, host, promptId: done.promptId, signal }, output, key, record));
  }
  deps.crash('after-store');
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
  deps.crash('after-complete');
  // A newer attempt owns the job: what this one stored is nobody's.
  if (answer.outcome === 'refused') await deps.pictures.discard(images.map((image) => image.key));
  return { type: 'ack' };
}

const fetchTimes = 3;
const fetchAgainMs = 400;

interface Fetching {
  deps: RunDeps;
  host: RunHost;
  promptId: string;
  signal: AbortSignal;
}

/**
 * Fetches one picture and stores it. A way that breaks is tried again: rendering anew costs a hundred times more.
 * @throws RunFailure host where it never arrives or is broken on the host itself
 */
async function fetchAndStore(
  { deps, host, promptId, signal }: Fetching,
  output: OutputImage,
  key: string,
  record: GenerationRecord,
): Promise<StoredImage> {
  for (let fetched = 1; ; fetched++) {
    signal.throwIfAborted();
    try {
      const bytes = await host.client.view(output);
      deps.crash('after-download');
      return await deps.pictures.store(key, bytes, record, host.name);
    } catch (error) {
      const isBroken = toWireError(error).code === 'image_invalid';
      if (!isBroken && !(error instanceof HostUnreachable)) throw error;
      if (fetched >= fetchTimes) throw await giveUp(host, promptId, error);
      await sleep(fetchAgainMs, signal);
    }
  }
}

/** Nobody shall take over a prompt whose picture is broken or gone: the job would come back to it for ever. */
async function giveUp(host: RunHost, promptId: string, error: unknown): Promise<RunFailure> {
  await host.client.forget(promptId).catch(() => undefined);
  const what =
    error instanceof HostUnreachable ? error.reason : toWireError(error).message.replace(/\.$/, '');
  return new RunFailure('host', {
    code: 'host_failed',
    message: `${host.name} made the picture, but it did not arrive: ${what}.`,
  });
}
