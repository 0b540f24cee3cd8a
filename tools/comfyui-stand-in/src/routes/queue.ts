import type { FastifyInstance } from 'fastify';
import type { Host } from '../host.ts';
import { isObject, parseJson } from '../json.ts';
import { asTuple } from '../queue/prompt-queue.ts';
import { toInt } from '../validation/python.ts';
import { jsonBody, query, sendEmpty, sendJson, stringsOf } from './replies.ts';

export function queueRoutes(app: FastifyInstance, host: Host): void {
  const { queue, history, log, state } = host;

  app.get('/queue', (_request, reply) => {
    const running = queue.running();
    return sendJson(reply, {
      queue_running: running === null ? [] : [asTuple(running)],
      queue_pending: queue.pending().map(asTuple),
    });
  });

  app.post('/queue', (request, reply) => {
    const body = jsonBody(request);
    if (body.clear === true) {
      log.add({ type: 'cleared', promptIds: queue.clear().map((item) => item.promptId) });
      host.sayStatus();
    }
    for (const promptId of stringsOf(body.delete)) removePending(host, promptId);
    return sendEmpty(reply);
  });

  app.post('/interrupt', (request, reply) => {
    const wanted = interruptTarget(request.body);
    const running = queue.running()?.promptId ?? null;
    const hit = running !== null && (wanted === null || wanted === running);
    if (wanted === null || hit) state.interrupted = true;
    log.add({ type: 'interrupt', promptId: wanted, hit });
    return sendEmpty(reply);
  });

  app.post('/free', (request, reply) => {
    const body = jsonBody(request);
    state.unloadModels ||= body.unload_models === true;
    state.freeMemory ||= body.free_memory === true;
    log.add({
      type: 'free',
      unloadModels: body.unload_models === true,
      freeMemory: body.free_memory === true,
    });
    queue.wake();
    return sendEmpty(reply);
  });

  app.get('/history', (request, reply) => {
    const { max_items: max, offset } = query(request);
    return sendJson(reply, history.page({ max: whole(max), offset: whole(offset) }));
  });

  app.get<{ Params: { id: string } }>('/history/:id', (request, reply) => {
    const entry = history.get(request.params.id);
    return sendJson(reply, entry === undefined ? {} : { [request.params.id]: entry });
  });

  app.post('/history', (request, reply) => {
    const body = jsonBody(request);
    if (body.clear === true) history.clear();
    for (const promptId of stringsOf(body.delete)) history.remove(promptId);
    return sendEmpty(reply);
  });
}

/** A waiting prompt that is deleted leaves no history and no message but the new count. */
export function removePending(host: Host, promptId: string): boolean {
  if (!host.queue.remove(promptId)) return false;
  host.log.add({ type: 'deleted', promptId });
  host.sayStatus();
  return true;
}

/** null: whatever runs. A body that cannot be read means that too. */
function interruptTarget(body: unknown): string | null {
  try {
    const parsed = Buffer.isBuffer(body) ? parseJson(body.toString('utf8')) : null;
    return isObject(parsed) && typeof parsed.prompt_id === 'string' && parsed.prompt_id !== ''
      ? parsed.prompt_id
      : null;
  } catch {
    return null;
  }
}

const whole = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(toInt(text));
