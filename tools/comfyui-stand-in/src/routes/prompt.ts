import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Host } from '../host.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { Graph } from '../validation/links.ts';
import { str, toFloat } from '../validation/python.ts';
import { validatePrompt } from '../validation/validate-prompt.ts';
import { validationError } from '../validation/errors.ts';
import { jsonBody, sendJson, stringsOf } from './replies.ts';

const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Secrets that a client may send along; they are never shown again. */
const sensitive = ['auth_token_comfy_org', 'api_key_comfy_org'];

interface Answer {
  status: number;
  body: JsonObject;
  number?: number;
}

export function promptRoutes(app: FastifyInstance, host: Host): void {
  app.get('/prompt', (_request, reply) =>
    sendJson(reply, { exec_info: { queue_remaining: host.queue.remaining() } }),
  );

  app.post('/prompt', (request, reply) => {
    const body = jsonBody(request);
    const promptId = promptIdOf(body, host);
    const extraData = extraDataOf(body, host);
    // The log keeps what came; the validation writes converted values into the graph.
    const sent = { graph: structuredClone(body.prompt), extraData: structuredClone(extraData) };
    const answer = submit(host, body, promptId, extraData);
    host.log.add({
      type: 'posted',
      promptId: promptId ?? '',
      clientId: typeof extraData.client_id === 'string' ? extraData.client_id : null,
      status: answer.status,
      number: answer.number ?? null,
      ...sent,
    });
    return sendJson(reply, answer.body, answer.status);
  });
}

/** null: NEW does not take it. */
function promptIdOf(body: JsonObject, { settings }: Host): string | null {
  if (settings.profile === 'OLD') return 'prompt_id' in body ? str(body.prompt_id) : randomUUID();
  if (body.prompt_id === undefined || body.prompt_id === null) return randomUUID();
  return typeof body.prompt_id === 'string' && canonicalUuid.test(body.prompt_id) ? body.prompt_id : null;
}

function extraDataOf(body: JsonObject, { settings }: Host): JsonObject {
  const given = isObject(body.extra_data) ? body.extra_data : {};
  const kept = Object.fromEntries(Object.entries(given).filter(([key]) => !sensitive.includes(key)));
  return {
    ...kept,
    ...('client_id' in body ? { client_id: body.client_id } : {}),
    ...(settings.profile === 'NEW' ? { create_time: Date.now() } : {}),
  };
}

function submit(host: Host, body: JsonObject, promptId: string | null, extraData: JsonObject): Answer {
  if (!('prompt' in body))
    return refused(validationError('no_prompt', 'No prompt provided', 'No prompt provided'));
  if (promptId === null) {
    const details = `${str(body.prompt_id)} is not a lowercase, hyphenated UUID`;
    return refused(validationError('invalid_prompt_id', 'Invalid prompt_id', details));
  }
  const number = takeNumber(host, body);
  const targets = Array.isArray(body.partial_execution_targets)
    ? stringsOf(body.partial_execution_targets)
    : null;
  const verdict = validatePrompt(body.prompt, { table: host.table, profile: host.settings.profile, targets });
  if (!verdict.valid) return { ...refused(verdict.error, verdict.nodeErrors), number };
  const graph = body.prompt as Graph;
  host.queue.put({ number, promptId, graph, extraData, outputs: verdict.outputs });
  host.sayStatus();
  const faked = host.faults.take('node_errors') === null ? {} : madeUpErrors(graph);
  return {
    status: 200,
    number,
    body: { prompt_id: promptId, number, node_errors: { ...verdict.nodeErrors, ...faked } },
  };
}

function refused(error: object, nodeErrors: object = {}): Answer {
  return { status: 400, body: { error, node_errors: nodeErrors } };
}

/** An explicit number is a float and leaves the counter alone; `front` turns the counter's value around. */
function takeNumber({ state }: Host, body: JsonObject): number {
  if ('number' in body) return toFloat(body.number);
  const next = state.nextNumber;
  state.nextNumber += 1;
  return body.front === true ? -next : next;
}

function madeUpErrors(graph: Graph): JsonObject {
  const [id = '9', node] = Object.entries(graph).at(-1) ?? [];
  const error = validationError('value_not_in_list', 'Value not in list', "scripted: 'fault' not in []");
  return { [id]: { errors: [error], dependent_outputs: [id], class_type: node?.class_type ?? '' } };
}
