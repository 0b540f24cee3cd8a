import { buildHealth, buildLifecycle, buildLog, connectNats, readKeyFile } from '@gaze/runtime';
import { buildLlmWorker } from './app.ts';
import { fixedLimitsOf, readEnv } from './env.ts';
import { readServers } from './mcp/config.ts';

const env = readEnv(process.env);
const log = buildLog({ service: 'llm-worker', instance: env.SERVICE_INSTANCE, level: env.LOG_LEVEL });
const lifecycle = buildLifecycle(log);

await lifecycle.run(async () => {
  const servers = readServers(env.MCP_SERVERS, env.DANBOORU_MCP_URL, env.MCP_TOOLS);
  const key = env.GAZE_KEY_FILE === undefined ? null : await readKeyFile(env.GAZE_KEY_FILE);
  const nats = await connectNats({
    url: env.NATS_URL,
    user: env.NATS_USER,
    pass: env.NATS_PASSWORD,
    name: `llm-worker ${env.SERVICE_INSTANCE}`,
    log,
  });
  lifecycle.onStop('nats', () => nats.close());
  const provider =
    env.LLM_BASE_URL === undefined || env.LLM_MODEL === undefined
      ? null
      : { baseUrl: env.LLM_BASE_URL, model: env.LLM_MODEL, apiKey: env.LLM_API_KEY ?? null };
  if (env.LLM_BASE_URL !== undefined && provider === null)
    log.warn('LLM_BASE_URL is set and LLM_MODEL is not: set both, or choose a model in Settings');
  const worker = buildLlmWorker({
    replica: env.SERVICE_INSTANCE,
    nc: nats.nc,
    provider,
    servers,
    promptsDir: env.PROMPTS_DIR,
    key,
    slots: env.LLM_CONCURRENCY,
    fixedLimits: fixedLimitsOf(env),
    secrets: [env.NATS_PASSWORD ?? '', env.LLM_API_KEY ?? ''],
    log,
  });
  const health = buildHealth({
    port: env.HEALTH_PORT,
    host: env.HEALTH_HOST,
    checks: { nats: () => nats.notReady() },
    log,
  });
  await health.start();
  lifecycle.onStop('health', () => health.stop());
  lifecycle.onStop('worker', () => worker.stop());
  worker.start();
  log.info(`the LLM worker is ready: ${worker.status().reason}`);
});
