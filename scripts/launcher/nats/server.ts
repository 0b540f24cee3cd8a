import { setTimeout as wait } from 'node:timers/promises';
import { startChild } from '../child.ts';
import type { Child } from '../child.ts';
import { lastLines } from '../log-files.ts';
import { answers } from '../ports.ts';
import { SpokenError } from '../spoken-error.ts';

const startLimitMs = 15_000;

/**
 * Starts nats-server with a configuration file and waits until it answers on `port`.
 * @throws SpokenError where it does not
 */
export async function startNatsServer(options: {
  program: string;
  configFile: string;
  port: number;
  logFile: string;
}): Promise<Child> {
  const child = await startChild({
    command: options.program,
    args: ['--config', options.configFile],
    logFile: options.logFile,
  });
  const until = performance.now() + startLimitMs;
  while (!child.hasExited() && performance.now() < until) {
    if (await answers(options.port)) return child;
    await wait(15);
  }
  const why = child.hasExited() ? 'ended right after its start' : 'did not answer in time';
  if (!child.hasExited()) await child.end('SIGTERM', 2000);
  throw new SpokenError(
    `nats-server ${why}. The end of its log (${options.logFile}):\n${lastLines(options.logFile, 4)}`,
  );
}
