import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../../../scripts/launcher/child.ts';
import type { Child } from '../../../scripts/launcher/child.ts';
import { lastLines } from '../../../scripts/launcher/log-files.ts';
import { eventually } from '@gaze/testing';
import { unpackPlugins } from './compose-plugin.ts';
import { run, works } from './program.ts';

/** A Docker engine with Compose v2, and the environment in which `docker` finds both. */
export interface Engine extends AsyncDisposable {
  env: NodeJS.ProcessEnv;
  /** True where this run started it, with state of its own. */
  isOwn: boolean;
}

const startLimitMs = 60_000;
const debianPackages = ['docker.io', 'iptables', 'debootstrap'];

/**
 * The engine of this machine where one answers, else one of our own: its data, socket and pid file below `home`, so
 * that whatever else the machine has stays untouched. An own one keeps its data for the next run.
 * @returns the reason, as a sentence, where there can be none
 */
export async function openEngine(home: string, say: (line: string) => void): Promise<Engine | string> {
  if (await answers(process.env))
    return { env: process.env, isOwn: false, [Symbol.asyncDispose]: () => Promise.resolve() };
  if (process.platform !== 'linux') return 'No Docker with Compose v2 answers on this machine.';
  if (process.getuid?.() !== 0)
    return 'No Docker with Compose v2 answers here, and only root can start an engine.';
  if (!existsSync('/etc/debian_version'))
    return 'No Docker with Compose v2 answers here, and an engine of its own is set up on Debian alone.';
  mkdirSync(home, { recursive: true });
  if (!(await works('dockerd', ['--version'])) || !(await works('debootstrap', ['--version']))) {
    say(`installing ${debianPackages.join(', ')}`);
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...debianPackages], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  const socket = `unix://${join(home, 'docker.sock')}`;
  const env = { ...process.env, DOCKER_HOST: socket, DOCKER_CONFIG: join(home, 'config') };
  if (!(await works('docker', ['compose', 'version'], { env }))) {
    say('fetching Compose v2');
    await unpackPlugins(home);
  }
  if (await answers(env)) return { env, isOwn: true, [Symbol.asyncDispose]: () => Promise.resolve() };
  say('starting an engine of its own');
  const daemon = await startDaemon(home, socket, env);
  return typeof daemon === 'string'
    ? daemon
    : {
        env,
        isOwn: true,
        async [Symbol.asyncDispose]() {
          await daemon.end('SIGTERM', 30_000);
        },
      };
}

async function answers(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await works('docker', ['info'], { env })) && works('docker', ['compose', 'version'], { env });
}

async function startDaemon(home: string, socket: string, env: NodeJS.ProcessEnv): Promise<Child | string> {
  const logFile = join(home, 'dockerd.log');
  const daemon = await startChild({
    command: 'dockerd',
    args: [
      ...['--host', socket],
      ...['--data-root', join(home, 'data')],
      ...['--exec-root', join(home, 'exec')],
      ...['--pidfile', join(home, 'docker.pid')],
    ],
    logFile,
  });
  try {
    await eventually(
      async () => {
        if (daemon.hasExited()) return;
        if (!(await works('docker', ['info'], { env }))) throw new Error('The engine does not answer yet.');
      },
      { timeoutMs: startLimitMs, everyMs: 250 },
    );
  } catch (error) {
    await daemon.end('SIGTERM', 10_000);
    throw error;
  }
  if (!daemon.hasExited()) return daemon;
  return `An engine cannot run on this machine: ${lastLines(logFile, 2)}`;
}
