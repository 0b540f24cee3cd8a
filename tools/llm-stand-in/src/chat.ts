import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestLog } from './log.ts';
import type { Behaviour, Settings } from './options.ts';
import { helpfulReply } from './reply/helpful.ts';
import { obedientReply } from './reply/obedient.ts';
import type { Reply } from './reply/reply.ts';
import { restlessReply } from './reply/restless.ts';
import { scriptedReply } from './reply/scripted.ts';
import { readChatRequest } from './request/chat-request.ts';
import type { ChatRequest } from './request/chat-request.ts';
import { ApiError, statusError } from './request/errors.ts';
import type { ReadyReply, Script } from './script.ts';
import { completionBody, turnOf } from './wire/completion.ts';
import { streamEvents } from './wire/stream.ts';

export interface ChatDeps {
  settings: Settings;
  script: Script;
  log: RequestLog;
  behaviour: () => Behaviour;
  signal: AbortSignal;
}

const behaviours: Readonly<Record<Behaviour, (request: ChatRequest) => Reply>> = {
  helpful: helpfulReply,
  obedient: obedientReply,
  restless: restlessReply,
};

/** Answers one chat request. Throws ApiError for what is refused. */
export async function answerChat(
  deps: ChatDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const chat = readChatRequest(request.body);
  if (!deps.settings.models.includes(chat.model)) {
    throw new ApiError(404, `The model \`${chat.model}\` does not exist or you do not have access to it.`, {
      code: 'model_not_found',
    });
  }
  if (deps.settings.thinkMs > 0) {
    await wait(deps.settings.thinkMs, undefined, { signal: deps.signal }).catch(() => undefined);
  }
  const scripted = deps.script.next();
  const words = scripted === null ? behaviours[deps.behaviour()](chat) : scriptedReply(scripted);
  if (scripted !== null && words === null) return transportFault(deps, scripted, chat, request, reply);
  return send(deps, chat, words ?? helpfulReply(chat), request, reply);
}

function note({ log }: ChatDeps, request: FastifyRequest, status: number, answer: unknown): void {
  const { method, url, headers, body } = request;
  log.add({
    at: Date.now(),
    method,
    path: url,
    authorization: headers.authorization ?? null,
    body,
    status,
    answer,
  });
}

function send(
  deps: ChatDeps,
  chat: ChatRequest,
  words: Reply,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const turn = turnOf(chat, words);
  note(deps, request, 200, words);
  if (chat.stream !== true) return reply.send(completionBody(turn));
  const events = streamEvents(turn, { includeUsage: chat.stream_options?.include_usage === true });
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const event of events) reply.raw.write(event);
  reply.raw.end();
  return reply;
}

async function transportFault(
  deps: ChatDeps,
  fault: ReadyReply,
  chat: ChatRequest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (fault.kind === 'status') throw statusError(fault.status, fault.message, fault.retryAfterSeconds);
  if (fault.kind === 'garbage') {
    note(deps, request, 200, fault.body);
    return reply.type('text/html').send(fault.body);
  }
  if (fault.kind === 'hang') await hang(AbortSignal.any([deps.signal, deps.script.signal()]));
  note(deps, request, 0, fault.kind);
  reply.hijack();
  if (fault.kind === 'disconnect' && chat.stream === true) {
    const [first = ''] = streamEvents(turnOf(chat, helpfulReply(chat)), { includeUsage: false });
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    await new Promise<void>((resolve) => reply.raw.write(first, () => resolve()));
  }
  request.raw.socket.destroy();
  return reply;
}

function hang(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
