import swagger from '@fastify/swagger';
import { Problem } from '@gaze/contracts';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { OpenAPIV3_1 } from 'openapi-types';
import { finishDocument } from './finish.ts';

const errorTexts = {
  400: 'The request cannot be read.',
  401: 'No key or session, or one that is not known.',
  403: 'The key or session may not do this, or the request comes from a foreign page.',
  404: 'There is no such thing.',
  409: 'It changed meanwhile, or is in no state for this.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'A field is not valid; `field` says which.',
  429: 'Too many requests; Retry-After says how long to wait.',
  503: 'A part of GAZE does not answer; Retry-After says when to try again.',
  default: 'Any other failure.',
} as const;

/** Errors that a route can answer with follow from what it takes; nobody writes them down twice. */
function errorsOf(route: RouteOptions): (keyof typeof errorTexts)[] {
  const { schema, config } = route;
  const takesBody = schema?.body !== undefined;
  const asks = config?.scope !== undefined;
  const is = (condition: boolean, ...codes: (keyof typeof errorTexts)[]) => (condition ? codes : []);
  return [
    ...is(takesBody || schema?.params !== undefined, 400),
    ...is(asks || config?.signsIn === true, 401, 403),
    ...is(schema?.params !== undefined || config?.names === true, 404),
    ...is(config?.conflicts ?? (/\/(jobs|cover|outfit|generate)\b/.test(route.url) && takesBody), 409),
    ...is(takesBody, 413, 415),
    ...is(takesBody || schema?.querystring !== undefined || config?.conflicts === true, 422),
    ...is(asks || config?.signsIn === true, 429, 503),
    'default',
  ];
}

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});

/** Adds to every documented route what all of them share. */
function documentRoute(route: RouteOptions): void {
  const { schema, config } = route;
  if (schema === undefined || schema.hide === true || route.method === 'HEAD') return;
  const errors = Object.fromEntries(errorsOf(route).map((code) => [code, problem(errorTexts[code])]));
  schema.response = { ...errors, ...(schema.response as object | undefined) };
  schema.security = config?.scope === undefined ? [] : [{ apiKey: [] }, { apiKeyQuery: [] }, { session: [] }];
  if (config?.scope !== undefined) {
    schema.description = [schema.description, `Needs the scope \`${config.scope}\`.`]
      .filter(Boolean)
      .join('\n\n');
  }
}

export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', documentRoute);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'GAZE',
        version: '1',
        description:
          'Everything that the web app can do. Errors are problem documents (RFC 9457) with a closed set of codes. ' +
          'Unknown fields of a request are refused, but for the endpoints that are kept from the original, which ignore them as ' +
          'they always did. POSTs that queue work take an `Idempotency-Key`.',
        license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'Library', description: 'Categories and their lists.' },
        { name: 'Entities', description: 'One character, look, outfit and so on.' },
        { name: 'Editing', description: 'Making, changing and taking away entities, with a history.' },
        { name: 'Prompts', description: 'What a recipe would say.' },
        { name: 'Jobs', description: 'Queueing, watching and steering work.' },
        { name: 'Language model', description: 'Tags and entries that a model writes, and their review.' },
        { name: 'Tags', description: 'The Danbooru tag list.' },
        { name: 'Queues', description: 'Pause and resume.' },
        { name: 'Images', description: 'Pictures, their bytes and their marks.' },
        { name: 'Search', description: 'Words in entries and prompts.' },
        { name: 'Models', description: 'LoRA and checkpoint files.' },
        { name: 'Hosts', description: 'ComfyUI servers.' },
        { name: 'Strengths', description: 'Sweeps of the weight of a LoRA.' },
        { name: 'House', description: 'Settings, files with problems.' },
        { name: 'Upkeep', description: 'Space, backups, checks, and the import of the original.' },
        { name: 'Keys', description: 'API keys.' },
        { name: 'Session', description: 'Who is asking.' },
        { name: 'Events', description: 'What happens, as it happens.' },
        { name: 'Webhooks', description: 'Addresses that are told of ended work.' },
        { name: 'Health', description: 'For whoever runs it.' },
        { name: 'Kept from the original', description: 'Endpoints of the Flask original, in its shapes.' },
      ],
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
          apiKeyQuery: { type: 'apiKey', in: 'query', name: 'api_key' },
          session: { type: 'apiKey', in: 'cookie', name: 'gaze_session' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) =>
      finishDocument(jsonSchemaTransformObject(document) as OpenAPIV3_1.Document),
  });
}
