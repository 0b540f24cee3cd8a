import { storeFromEnv } from '@gaze/media';
import { buildHealth, buildLifecycle, buildLog, connectNats } from '@gaze/runtime';
import { buildGenerator } from './app.ts';
import { readEnv } from './env.ts';

const env = readEnv(process.env);
const log = buildLog({ service: 'generator', instance: env.SERVICE_INSTANCE, level: env.LOG_LEVEL });
const lifecycle = buildLifecycle(log);

await lifecycle.run(async () => {
  const nats = await connectNats({
    url: env.NATS_URL,
    user: env.NATS_USER,
    pass: env.NATS_PASSWORD,
    name: `generator ${env.SERVICE_INSTANCE}`,
    log,
  });
  lifecycle.onStop('nats', () => nats.close());
  const store = storeFromEnv(env);
  const replica = buildGenerator({
    replica: env.SERVICE_INSTANCE,
    nc: nats.nc,
    store,
    limits: { silentMs: env.COMFYUI_SILENT_SECONDS * 1000, hangMs: env.COMFYUI_HANG_SECONDS * 1000 },
    crashFile: env.GAZE_CRASH_FILE,
    log,
  });
  const health = buildHealth({
    port: env.HEALTH_PORT,
    host: env.HEALTH_HOST,
    checks: { nats: () => nats.notReady(), hosts: () => replica.ready() },
    log,
  });
  await health.start();
  lifecycle.onStop('health', () => health.stop());
  lifecycle.onStop('replica', () => replica.stop());
  await replica.start();
  log.info('the generator is ready');
});
