import { timingSafeEqual } from 'node:crypto';
import { fastify } from 'fastify';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { ZodError } from 'zod';
import { answerChat } from './chat.ts';
import type { ChatDeps } from './chat.ts';
import type { Behaviour } from './options.ts';
import { ApiError, errorBody } from './request/errors.ts';
import type { ScriptedReply } from './script.ts';

const controlPrefix = '/_stand-in';
/** Images travel inside the JSON. */
const bodyLimit = 32 * 1024 * 1024;

export interface ServerDeps extends ChatDeps {
  setBehaviour: (behaviour: Behaviour) => void;
}

export function buildServer(deps: ServerDeps): FastifyInstance {
  const app = fastify({ bodyLimit, forceCloseConnections: true });
  app.addHook('onRequest', async (request) => {
    if (request.url.startsWith('/v1')) checkKey(request, deps.settings.apiKey);
    return Promise.resolve();
  });
  modelRoutes(app, deps);
  app.post('/v1/chat/completions', (request, reply) => answerChat(deps, request, reply));
  controlRoutes(app, deps);
  app.setNotFoundHandler((request) => {
    throw new ApiError(404, `Invalid URL (${request.method} ${request.url.split('?')[0] ?? ''})`);
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const refused = refusalOf(error);
    if (request.url.startsWith('/v1')) {
      const { method, url, headers, body } = request;
      const authorization = headers.authorization ?? null;
      deps.log.add({
        at: Date.now(),
        method,
        path: url,
        authorization,
        body,
        status: refused.status,
        answer: refused.message,
      });
    }
    return reply.code(refused.status).headers(refused.headers).send(errorBody(refused));
  });
  return app;
}

function refusalOf(error: FastifyError): ApiError {
  if (error instanceof ApiError) return error;
  if (error.statusCode === 413) return new ApiError(413, 'The request is too large.');
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new ApiError(
      400,
      'We could not parse the JSON body of your request. The OpenAI API expects a JSON payload.',
    );
  }
  return new ApiError(500, error.message, { type: 'server_error' });
}

function checkKey({ headers }: FastifyRequest, apiKey: string | null): void {
  if (apiKey === null) return;
  const given = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (given === undefined) {
    throw new ApiError(401, "You didn't provide an API key. Send it as 'Authorization: Bearer YOUR_KEY'.");
  }
  const [a, b] = [Buffer.from(given), Buffer.from(apiKey)];
  if (a.length === b.length && timingSafeEqual(a, b)) return;
  throw new ApiError(401, `Incorrect API key provided: ${given.slice(0, 3)}***.`, {
    code: 'invalid_api_key',
  });
}

function modelRoutes(app: FastifyInstance, { settings }: ServerDeps): void {
  const model = (id: string): object => ({
    id,
    object: 'model',
    created: 1_700_000_000,
    owned_by: 'stand-in',
  });
  app.get('/v1/models', () => ({ object: 'list', data: settings.models.map(model) }));
  app.get<{ Params: { '*': string } }>('/v1/models/*', (request) => {
    const id = request.params['*'];
    if (settings.models.includes(id)) return model(id);
    throw new ApiError(404, `The model '${id}' does not exist`, { param: 'model', code: 'model_not_found' });
  });
}

function controlRoutes(app: FastifyInstance, { log, script, setBehaviour, behaviour }: ServerDeps): void {
  app.get(`${controlPrefix}/log`, () => ({ entries: log.entries() }));
  app.delete(`${controlPrefix}/log`, (_request, reply) => {
    log.clear();
    return reply.code(204).send();
  });
  app.get(`${controlPrefix}/state`, () => ({ behaviour: behaviour(), scripted: script.length() }));
  app.post<{ Body: ScriptedReply[] }>(`${controlPrefix}/script`, (request, reply) => {
    try {
      script.push(...request.body);
    } catch (error) {
      if (error instanceof ZodError || error instanceof TypeError)
        throw new ApiError(400, 'There is no such reply.');
      throw error;
    }
    return reply.code(204).send();
  });
  app.delete(`${controlPrefix}/script`, (_request, reply) => {
    script.clear();
    return reply.code(204).send();
  });
  app.put<{ Params: { name: string } }>(`${controlPrefix}/behaviour/:name`, (request, reply) => {
    const { name } = request.params;
    if (name !== 'helpful' && name !== 'obedient' && name !== 'restless') {
      throw new ApiError(400, 'A behaviour is helpful, obedient or restless.');
    }
    setBehaviour(name);
    return reply.code(204).send();
  });
}
