import { storeFromEnv } from '@gaze/media';
import { buildHealth, buildLifecycle, buildLog, connectNats } from '@gaze/runtime';
import { buildGateway } from './app.ts';
import { configOf, readEnv } from './env.ts';

const env = readEnv(process.env);
const log = buildLog({ service: 'gateway', instance: env.SERVICE_INSTANCE, level: env.LOG_LEVEL });
const lifecycle = buildLifecycle(log);

await lifecycle.run(async () => {
  const config = configOf(env);
  const nats = await connectNats({
    url: env.NATS_URL,
    user: env.NATS_USER,
    pass: env.NATS_PASSWORD,
    name: `gateway ${env.SERVICE_INSTANCE}`,
    log,
  });
  lifecycle.onStop('nats', () => nats.close());
  const gateway = await buildGateway({
    config,
    nc: nats.nc,
    store: storeFromEnv(env),
    log,
    busNotReady: () => nats.notReady(),
  });
  nats.onReconnect(() => gateway.onReconnect());
  const health = buildHealth({ port: env.HEALTH_PORT, host: env.HEALTH_HOST, checks: gateway.checks, log });
  await health.start();
  lifecycle.onStop('health', () => health.stop());
  lifecycle.onStop('gateway', () => gateway.stop());
  await gateway.start();
  log.info({ host: config.host, port: config.port, local: config.local }, 'the gateway is ready');
});
