import cookie from '@fastify/cookie';
import type { ObjectStore } from '@gaze/media';
import type { Log, NatsConnection, ReadyCheck } from '@gaze/runtime';
import Fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { randomUUID } from 'node:crypto';
import { buildAuthenticator } from './auth/authenticate.ts';
import { buildGuard } from './auth/guard.ts';
import { buildPasswords } from './auth/passwords.ts';
import { registerGuard } from './auth/register.ts';
import { catalogCall } from './catalog.ts';
import type { GatewayConfig } from './config.ts';
import { buildHub } from './events/hub.ts';
import { buildReaders } from './events/readers.ts';
import { buildEventStreams } from './events/stream.ts';
import { buildEventSocket } from './events/upgrade.ts';
import type { Api } from './http/context.ts';
import { registerCleanText } from './http/clean-text.ts';
import { frameworkErrors, registerErrors } from './http/errors.ts';
import { registerJsonBody } from './http/json-body.ts';
import { buildKnownRoutes } from './http/not-found.ts';
import { rateLimits, registerRateLimit } from './http/rate-limit.ts';
import { registerRequestLog, requestLog } from './http/request-log.ts';
import { registerSecurityHeaders } from './http/security-headers.ts';
import { buildThumbs } from './media/thumbs.ts';
import { registerOpenApi } from './openapi/register.ts';
import { batchRoutes } from './routes/batches.ts';
import { compatibilityRoutes } from './routes/compatibility.ts';
import { coverageRoutes } from './routes/coverage.ts';
import { coverRoutes } from './routes/covers.ts';
import { docsRoutes } from './routes/docs.ts';
import { draftRoutes } from './routes/drafts.ts';
import { editingRoutes } from './routes/editing.ts';
import { entityRoutes } from './routes/entities.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/export.ts';
import { galleryRoutes } from './routes/gallery.ts';
import { generateRoutes } from './routes/generate.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoutes } from './routes/history.ts';
import { hostRoutes } from './routes/hosts.ts';
import { houseRoutes } from './routes/house.ts';
import { imageRoutes } from './routes/images.ts';
import { inspectRoutes } from './routes/inspect.ts';
import { jobRoutes } from './routes/jobs.ts';
import { keptRoutes } from './routes/kept.ts';
import { keyRoutes } from './routes/keys.ts';
import { libraryRoutes } from './routes/library.ts';
import { llmRoutes } from './routes/llm.ts';
import { llmSettingsRoutes } from './routes/llm-settings.ts';
import { manyRoutes } from './routes/many.ts';
import { mediaRoutes, thumbRoutes } from './routes/media.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { modelRoutes } from './routes/models.ts';
import { outfitRoutes } from './routes/outfits.ts';
import { promptRoutes } from './routes/prompts.ts';
import { queueRoutes } from './routes/queues.ts';
import { searchRoutes } from './routes/search.ts';
import { sessionRoutes } from './routes/session.ts';
import { strengthRoutes } from './routes/strengths.ts';
import { tagRoutes } from './routes/tags.ts';
import { upkeepRoutes } from './routes/upkeep.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { zipRoutes } from './routes/zip.ts';
import { registerWeb } from './web/register.ts';
import { tellSetup } from './web/setup.ts';

export interface GatewayDeps {
  config: GatewayConfig;
  nc: NatsConnection;
  store: ObjectStore;
  log: Log;
  /** Null while the bus is there, else a sentence. */
  busNotReady?: ReadyCheck;
  /** Milliseconds between two signs of life of the event socket. */
  heartbeatMs?: number;
}

export interface Gateway {
  app: Api;
  /** What has to be there before it can work. */
  checks: Readonly<Record<string, ReadyCheck>>;
  /** Follows the bus and opens the port. */
  start: () => Promise<void>;
  /** The bus came back: events may have been missed. */
  onReconnect: () => void;
  stop: () => Promise<void>;
}

const bodyBytes = 100 * 1024;
const requestSeconds = 30;

/** The only door of the house. Knows no database, no ComfyUI and no rules: it checks, asks the catalog and answers. */
export async function buildGateway(deps: GatewayDeps): Promise<Gateway> {
  const { config, nc, store, log } = deps;
  const logger: FastifyBaseLogger = requestLog(log);
  const app: Api = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: bodyBytes,
    requestTimeout: requestSeconds * 1000,
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    routerOptions: { maxParamLength: 1000 },
    forceCloseConnections: true,
    return503OnClosing: false,
    frameworkErrors,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  const call = catalogCall(nc);
  const authenticator = buildAuthenticator(call);
  const guard = buildGuard(config, authenticator);
  const passwords = buildPasswords(config, call);
  const hub = buildHub({ nc, call, log });
  const following = {
    guard,
    hub,
    call,
    readers: buildReaders(),
    log,
    ...(deps.heartbeatMs === undefined ? {} : { heartbeatMs: deps.heartbeatMs }),
  };
  const sockets = buildEventSocket({ passwords, ...following });
  const streams = buildEventStreams(following);
  const known = buildKnownRoutes();
  const checks: Record<string, ReadyCheck> = {
    nats: deps.busNotReady ?? (() => null),
    catalog: () => (hub.place() === null ? 'The catalog has not answered yet.' : null),
  };

  app.addHook('onRoute', (route) => {
    known.note(route);
    const { scope, public: isPublic } = route.config ?? {};
    // Better no start than a door that somebody forgot to close.
    if ((scope === undefined) === (isPublic === undefined))
      throw new Error(`${String(route.method)} ${route.url} must say scope or public.`);
  });
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  registerErrors(app);
  registerJsonBody(app);
  registerCleanText(app);
  registerRequestLog(app);
  await registerSecurityHeaders(app);
  await app.register(cookie);
  registerGuard(app, passwords, guard);
  await registerRateLimit(app, rateLimits(config.requestsPerMinute, config.local));
  await registerOpenApi(app);

  libraryRoutes(app, call);
  entityRoutes(app, call);
  editingRoutes(app, call);
  historyRoutes(app, call);
  outfitRoutes(app, call);
  coverRoutes(app, call, store);
  manyRoutes(app, call);
  exportRoutes(app, call);
  generateRoutes(app, call);
  strengthRoutes(app, call);
  promptRoutes(app, call);
  compatibilityRoutes(app, call);
  coverageRoutes(app, call);
  jobRoutes(app, call);
  llmRoutes(app, call);
  llmSettingsRoutes(app, call);
  draftRoutes(app, call);
  tagRoutes(app, call);
  batchRoutes(app, call);
  queueRoutes(app, call);
  imageRoutes(app, call);
  galleryRoutes(app, call);
  zipRoutes(app, call, store);
  inspectRoutes(app);
  modelRoutes(app, call);
  searchRoutes(app, call);
  mediaRoutes(app, store);
  const thumbs = buildThumbs({ store, log });
  thumbRoutes(app, thumbs);
  mcpRoutes(app, { call, hub, thumbs });
  hostRoutes(app, call);
  houseRoutes(app, call);
  upkeepRoutes(app, call, store);
  keyRoutes(app, call, authenticator);
  sessionRoutes(app, call, config, { authenticator, passwords });
  eventRoutes(app, streams, guard);
  webhookRoutes(app, call);
  keptRoutes(app, call, authenticator);
  healthRoutes(app, checks);
  docsRoutes(app);
  await registerWeb(app, { call, config, guard, passwords, known });

  sockets.attach(app.server);
  const setup = tellSetup({ config, passwords, log });
  return {
    app,
    checks,
    onReconnect: () => hub.catchUp(),
    async start() {
      hub.start();
      await app.listen({ host: config.host, port: config.port });
      setup.start();
    },
    async stop() {
      setup.stop();
      sockets.stop();
      streams.stop();
      await app.close();
      hub.stop();
    },
  };
}
