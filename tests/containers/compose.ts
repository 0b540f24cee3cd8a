import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from '../../scripts/launcher/ports.ts';
import { root } from '../../scripts/launcher/paths.ts';
import { readEnvFile } from '../../scripts/compose/env-file.ts';
import { run } from './engine/program.ts';
import { containersHome } from './engine/home.ts';

/** A stack of containers from a clone of its own. */
export interface Stack {
  folder: string;
  url: string;
  /** `npm run …` as a person types it. */
  npm: (...args: string[]) => Promise<string>;
  /** `docker compose …` in the clone. */
  compose: (...args: string[]) => Promise<string>;
  docker: (...args: string[]) => Promise<string>;
  /** Settings as .env has them now. */
  env: () => Map<string, string>;
  set: (name: string, value: string) => void;
  /** Names of a service's containers that run. */
  containers: (service: string) => Promise<string[]>;
  /** Stops it with all that it kept, and deletes the clone. */
  remove: () => Promise<void>;
}

const project = process.env.GAZE_CONTAINERS_PROJECT ?? `gaze-test-${process.pid}`;
const buildLimitMs = 900_000;

/** A clone of this checkout, with what is not committed yet: the files that git knows or would add. */
export async function cloneStack(): Promise<Stack> {
  const folder = mkdtempSync(join(containersHome(process.env), 'clone-'));
  copyCheckout(folder);
  const port = await freePort();
  const files = ['docker-compose.yml', join(import.meta.dirname, 'four-hosts.yml')];
  // What the shell says counts more than .env: neither the images nor the port of a GAZE beside this one are touched.
  const env = { ...process.env, GAZE_VERSION: 'test', GAZE_PORT: String(port) };
  const compose = (...args: string[]): Promise<string> =>
    run('docker', ['compose', '-p', project, ...files.flatMap((file) => ['-f', file]), ...args], {
      cwd: folder,
      env,
      timeoutMs: buildLimitMs,
    });
  const docker = (...args: string[]): Promise<string> => run('docker', args, { env });
  const envFile = join(folder, '.env');
  return {
    folder,
    url: `http://127.0.0.1:${port}`,
    npm: (...args) => run('npm', ['run', ...args], { cwd: folder, env, timeoutMs: buildLimitMs }),
    compose,
    docker,
    env: () => readEnvFile(readFileSync(envFile, 'utf8')),
    set(name, value) {
      const text = readFileSync(envFile, 'utf8');
      writeFileSync(envFile, text.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`));
    },
    async containers(service) {
      const text = await compose('ps', '--status', 'running', '--quiet', service);
      return text.split('\n').filter((line) => /^[0-9a-f]{12,}$/.test(line));
    },
    async remove() {
      // Without .env nothing was started.
      if (existsSync(envFile))
        await compose('--profile', 'demo', '--profile', 'four', 'down', '--volumes', '--timeout', '5');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function copyCheckout(folder: string): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (listed.status !== 0) throw new Error(`git could not list the files of this checkout: ${listed.stderr}`);
  for (const file of new Set(listed.stdout.split('\0').filter((name) => name !== ''))) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    try {
      copyFileSync(join(root, file), join(folder, file));
    } catch (error) {
      // Deleted, and not yet committed.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}
