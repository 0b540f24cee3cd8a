import path from 'node:path';
import { storeFromEnv } from '@gaze/media';
import {
  buildCrashPoints,
  buildHealth,
  buildLifecycle,
  buildLog,
  connectNats,
  every,
  readKeyFile,
} from '@gaze/runtime';
import { buildCatalog } from './app.ts';
import { connectDb } from './db/connect.ts';
import { migrate } from './db/migrate.ts';
import { planUpgrade, refuseDowngrade } from './db/plan-upgrade.ts';
import { writeSteps } from './editing/deps.ts';
import { comfyUrlsOf, fixedLlmOf, readEnv } from './env.ts';
import { measureHosts } from './hosts/host-metrics.ts';
import { measureQueues } from './jobs/queue-metrics.ts';
import { buildLock } from './lock.ts';

const measureEveryMs = 5000;

const env = readEnv(process.env);
const log = buildLog({ service: 'catalog', instance: env.SERVICE_INSTANCE, level: env.LOG_LEVEL });
const lifecycle = buildLifecycle(log);
const crash = buildCrashPoints(env.GAZE_CRASH_FILE, writeSteps);

await lifecycle.run(async () => {
  const name = `catalog ${env.SERVICE_INSTANCE}`;
  const stopping = new AbortController();
  const nats = await connectNats({
    url: env.NATS_URL,
    user: env.NATS_USER,
    pass: env.NATS_PASSWORD,
    name,
    log,
  });
  lifecycle.onStop('nats', () => nats.close());
  const lock = buildLock({ url: env.DATABASE_URL, lost: (error) => lifecycle.fatal(error), log });
  lifecycle.onStop('lock', () => lock.release());
  const { db } = connectDb({ url: env.DATABASE_URL, log });
  lifecycle.onStop('database', () => db.destroy());

  const catalog = buildCatalog({
    db,
    nc: nats.nc,
    store: storeFromEnv(env),
    dataDir: path.resolve(env.DATA_DIR),
    modelRoots: { lora: env.LORA_ROOT, checkpoint: env.CHECKPOINT_ROOT },
    comfyUrls: comfyUrlsOf(env),
    key: env.GAZE_KEY_FILE === undefined ? null : await readKeyFile(env.GAZE_KEY_FILE),
    fixedLlm: fixedLlmOf(env),
    folders: {
      uploadsDir: env.S3_ENDPOINT === undefined ? path.resolve(env.UPLOADS_DIR) : null,
      promptsDir: env.PROMPTS_DIR,
      importRoots: env.IMPORT_ROOTS,
    },
    streamReplicas: env.NATS_STREAM_REPLICAS,
    onWriteStep: (step) => {
      crash(step);
      return Promise.resolve();
    },
    log,
  });
  const health = buildHealth({
    port: env.HEALTH_PORT,
    host: env.HEALTH_HOST,
    checks: {
      nats: () => nats.notReady(),
      lock: () => lock.notReady(),
      catalog: () => (lock.notReady() === null ? catalog.notReady() : null),
    },
    log,
  });
  await health.start();
  lifecycle.onStop('health', () => health.stop());
  lifecycle.onStop('catalog', async () => {
    stopping.abort(new Error('this process stops'));
    await catalog.stop();
  });

  await lock.acquire(stopping.signal);
  refuseDowngrade(await planUpgrade(db));
  const migrations = await migrate(db);
  if (migrations.length > 0) log.info({ migrations }, 'the database has its newest shape');
  await catalog.start();
  nats.onReconnect(() => catalog.busIsBack());
  const measuring = every(
    measureEveryMs,
    async () => {
      await measureQueues(db);
      await measureHosts(db);
    },
    log,
  );
  lifecycle.onStop('metrics', () => measuring.stop());
  log.info('the catalog is ready');
});
