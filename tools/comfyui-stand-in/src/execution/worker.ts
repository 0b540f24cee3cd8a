import type { Host } from '../host.ts';
import type { QueueItem } from '../queue/prompt-queue.ts';
import { now } from '../log/event-log.ts';
import { sleepUntil } from './clock.ts';
import { HostGone } from './errors.ts';
import { runPrompt } from './prompt-run.ts';

/** The one worker of a host: takes prompts in order until the host ends. */
export async function work(host: Host): Promise<void> {
  const { queue, signal } = host;
  while (!signal.aborted) {
    free(host);
    const item = queue.take();
    if (item === null) {
      await queue.changed(signal);
      continue;
    }
    try {
      await runOne(host, item);
    } catch (error) {
      if (error instanceof HostGone) {
        host.log.add({ type: 'ended', promptId: item.promptId, outcome: 'lost', cached: false });
        return;
      }
      // An exception outside a node ends the thread: the queue fills up and nothing runs any more.
      const reason = error instanceof Error ? error.message : String(error);
      host.log.add({ type: 'worker_died', promptId: item.promptId, reason });
      return;
    }
  }
}

async function runOne(host: Host, item: QueueItem): Promise<void> {
  const { log, history, queue, hub, faults, signal } = host;
  const { promptId } = item;
  const clientId = typeof item.extraData.client_id === 'string' ? item.extraData.client_id : null;
  host.sayStatus();
  log.add({ type: 'started', promptId, clientId });
  const result = await runPrompt(host, item);
  // The history comes after `execution_success` and before `executing null`: who asks in between finds nothing.
  await sleepUntil(now() + (faults.take('late_history')?.ms ?? 0), signal);
  if (signal.aborted) throw new HostGone();
  history.write(item, result);
  queue.done();
  log.add({ type: 'ended', promptId, outcome: result.outcome, cached: result.cached });
  host.sayStatus();
  if (clientId !== null) hub.send('executing', { node: null, prompt_id: promptId }, clientId);
  host.state.clientId = null;
}

/** `/free` takes effect when nothing runs. */
function free({ state, residency, cache }: Host): void {
  if (state.unloadModels || state.freeMemory) residency.unload();
  if (state.freeMemory) cache.reset();
  state.unloadModels = false;
  state.freeMemory = false;
}
