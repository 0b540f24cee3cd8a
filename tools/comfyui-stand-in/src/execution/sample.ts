import { now } from '../log/event-log.ts';
import type { Picture } from '../nodes/types.ts';
import { startPreviews } from '../pictures/previews.ts';
import type { Previews } from '../pictures/previews.ts';
import { legacyPreview, previewWithMetadata } from '../socket/frames.ts';
import { sleepUntil } from './clock.ts';
import { HostGone, Interrupted, NodeError, outOfMemory } from './errors.ts';
import type { NodeRun } from './node-run.ts';

/** One run of a sampler: steps by the clock, progress and previews after each, stops and faults at each border. */
export async function sample(
  run: NodeRun,
  { steps, picture }: { steps: number; picture: Picture | undefined },
): Promise<void> {
  const { host, promptId, nodeId } = run;
  const from = now();
  const previews = await previewsOf(run, picture);
  let done = 0;
  try {
    for (let step = 1; step <= steps; step += 1) {
      const drawing = previews?.at(step / steps);
      await sleepUntil(from + step * host.settings.stepMs, host.signal);
      await stepBorder(run, step);
      announce(run, step, steps, (await drawing) ?? null);
      done = step;
    }
  } finally {
    host.log.add({ type: 'sampled', promptId, node: nodeId, steps: done, from, to: now() });
  }
}

async function stepBorder(run: NodeRun, step: number): Promise<void> {
  const { host, className } = run;
  await host.faults.whileHung('execution', host.signal);
  if (host.signal.aborted) throw new HostGone();
  if (host.state.interrupted) throw new Interrupted();
  const fits = (fault: { node?: string | undefined; atStep?: number | undefined }): boolean =>
    fault.node === undefined
      ? (fault.atStep ?? 1) === step
      : fault.node === className && fault.atStep === step;
  if (host.faults.take('drop_sockets', (fault) => (fault.atStep ?? step) === step) !== null)
    host.hub.cutAll();
  const raised = host.faults.take('execution_error', fits);
  if (raised !== null) throw new NodeError(raised.exceptionType, raised.message);
  if (host.faults.take('out_of_memory', fits) !== null) throw outOfMemory();
}

function announce(run: NodeRun, step: number, steps: number, preview: Buffer | null): void {
  const { host, prompt, nodeId, promptId } = run;
  const { clientId } = prompt;
  const isNewFrame = host.hub.wantsMetadata(clientId);
  prompt.progress.set(nodeId, step, steps, 'running');
  host.hub.send('progress_state', prompt.progress.message(), clientId);
  if (preview !== null && isNewFrame)
    host.hub.sendBinary(previewWithMetadata(preview, { nodeId, promptId }), clientId);
  host.hub.send('progress', { value: step, max: steps, prompt_id: promptId, node: nodeId }, clientId);
  if (preview !== null && !isNewFrame) host.hub.sendBinary(legacyPreview(preview), clientId);
}

/** Previews are off unless the host or, at NEW, the prompt turns them on; nobody listening means nothing to draw. */
async function previewsOf(run: NodeRun, picture: Picture | undefined): Promise<Previews | null> {
  const { settings, hub } = run.host;
  const asked = settings.profile === 'NEW' ? run.prompt.item.extraData.preview_method : undefined;
  const method = typeof asked === 'string' && asked !== 'default' ? asked : settings.previewMethod;
  if (method === 'none' || picture === undefined || hub.count() === 0) return null;
  return startPreviews(picture);
}
