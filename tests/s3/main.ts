import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../scripts/launcher/child.ts';
import { freePort } from '../../scripts/launcher/ports.ts';
import { eventually } from '@gaze/testing';
import { versityGateway } from '../containers/engine/go-programs.ts';
import { containersHome } from '../containers/engine/home.ts';

/*
 * npm run test:s3 [-- part of a file's name …]
 * Runs the tests of the API, of the gallery and of the S3 driver with all pictures on a real S3 server: the VersityGW of
 * the container stack, built with Go, or the server that GAZE_TEST_S3_ENDPOINT, …_ACCESS_KEY and …_SECRET_KEY name.
 */
const usual = [
  'libs/media/test/s3-store',
  'services/gateway/test/stack',
  'services/catalog/test/stack/gallery',
  'services/catalog/test/stack/images',
  'tests/stack',
];

interface Server {
  env: Record<string, string>;
  stop: () => Promise<void>;
}

async function startServer(): Promise<Server> {
  const home = containersHome(process.env);
  mkdirSync(home, { recursive: true });
  process.stdout.write('VersityGW: building it where it is not there yet …\n');
  const { program } = await versityGateway(home);
  const folder = mkdtempSync(join(tmpdir(), 'gaze-test-s3-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const [access, secret] = ['gaze-test', randomBytes(16).toString('hex')];
  const server = await startChild({
    command: program,
    args: ['posix', folder],
    logFile: join(home, 'versitygw.log'),
    env: {
      PATH: process.env.PATH,
      ROOT_ACCESS_KEY: access,
      ROOT_SECRET_KEY: secret,
      VGW_PORT: `127.0.0.1:${port}`,
      VGW_HEALTH: '/health',
      VGW_QUIET: 'true',
    },
  });
  await eventually(async () => {
    if (!(await fetch(`${endpoint}/health`)).ok) throw new Error('VersityGW is not healthy yet.');
  });
  process.stdout.write(`VersityGW answers on ${endpoint}\n`);
  return {
    env: {
      GAZE_TEST_S3_ENDPOINT: endpoint,
      GAZE_TEST_S3_ACCESS_KEY: access,
      GAZE_TEST_S3_SECRET_KEY: secret,
    },
    async stop() {
      await server.end('SIGTERM', 5000);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const named = process.env.GAZE_TEST_S3_ENDPOINT ?? '';
const server: Server = named === '' ? await startServer() : { env: {}, stop: () => Promise.resolve() };
const filters = process.argv.length > 2 ? process.argv.slice(2) : usual;
const runner = join(import.meta.dirname, '../../scripts/test.ts');
const child = spawn(process.execPath, [runner, ...filters], {
  stdio: 'inherit',
  env: { ...process.env, ...server.env },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => {
  void server.stop().then(() => {
    process.exitCode = code ?? 1;
  });
});
