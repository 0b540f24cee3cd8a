import { buildHealth, buildLifecycle, buildLog, connectNats } from '@gaze/runtime';
import type { Nats } from '@gaze/runtime';
import { buildTagServer } from './app.ts';
import { readEnv } from './env.ts';

const usualPort = 5783;
const isStdio = process.argv.includes('--stdio');
const env = readEnv(process.env);
// On stdio the client owns stdout.
const log = buildLog({
  service: 'danbooru-mcp',
  instance: env.SERVICE_INSTANCE,
  level: env.LOG_LEVEL,
  toStderr: isStdio,
});
const lifecycle = buildLifecycle(log);

await lifecycle.run(async () => {
  const server = buildTagServer({ folders: env.TAGS_DIR, log });
  lifecycle.onStop('doors', () => server.stop());
  await server.list.load();
  const watching = server.list.watch();
  lifecycle.onStop('watch', () => watching.stop());
  if (isStdio) {
    await server.serveStdio();
    process.exit(0);
  }
  const port = await listen();
  // The bus may come later, or never: MCP clients do not need it.
  let bus: Nats | null = null;
  const busReady = (): string | null =>
    env.NATS_URL === undefined ? null : bus === null ? 'NATS does not answer.' : bus.notReady();
  if (env.NATS_URL !== undefined)
    void joinBus(env.NATS_URL).catch((error: unknown) => lifecycle.fatal(error));
  const health = buildHealth({
    port: env.HEALTH_PORT,
    host: env.HEALTH_HOST,
    checks: { nats: busReady },
    log,
  });
  await health.start();
  lifecycle.onStop('health', () => health.stop());
  log.info({ port }, `the tag server is ready: MCP on http://${env.MCP_HOST}:${port}/mcp`);

  async function listen(): Promise<number> {
    const host = env.MCP_HOST;
    if (env.MCP_PORT !== undefined) return server.listen({ host, port: env.MCP_PORT });
    return server.listen({ host, port: usualPort }).catch((error: unknown) => {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error;
      log.warn(`port ${usualPort} is taken; another free one is used`);
      return server.listen({ host, port: 0 });
    });
  }

  async function joinBus(url: string): Promise<void> {
    const nats = await connectNats({
      url,
      user: env.NATS_USER,
      pass: env.NATS_PASSWORD,
      name: `danbooru-mcp ${env.SERVICE_INSTANCE}`,
      log,
    });
    lifecycle.onStop('nats', () => nats.close());
    server.serveBus(nats.nc);
    bus = nats;
  }
});
