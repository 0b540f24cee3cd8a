import { setTimeout as wait } from 'node:timers/promises';
import { answers } from './ports.ts';
import { SpokenError } from './spoken-error.ts';
import type { Supervised } from './supervise.ts';

/** A service that ends this often before GAZE was ready will not start by being tried again. */
const hopelessAfter = 3;
const sayEveryMs = 10_000;

/**
 * Waits until the gateway can work, for as long as that takes: a large library is read at the first start.
 * @throws SpokenError where a service ends again and again, with its last word
 */
export async function waitUntilReady(options: {
  healthUrl: string;
  /** Where the app is served. */
  port: number;
  host: string;
  services: readonly { running: Supervised; lastWord: () => string; logFile: string }[];
  isStopped: () => boolean;
  onWait: (reason: string) => void;
}): Promise<void> {
  let saidAt = performance.now();
  while (!options.isStopped()) {
    const reason = await askReady(options.healthUrl);
    if (reason === null && (await answers(options.port, options.host))) return;
    for (const { running, lastWord, logFile } of options.services) {
      if (running.crashes() >= hopelessAfter) throw hopeless(running.name, lastWord(), logFile);
    }
    if (performance.now() - saidAt > sayEveryMs) {
      saidAt = performance.now();
      options.onWait(reason ?? 'The gateway does not serve yet.');
    }
    await wait(50);
  }
}

/** Null when ready, else why not. */
async function askReady(address: string): Promise<string | null> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(3000) });
    if (response.ok) return null;
    const body = (await response.json()) as { waiting?: { reason?: string }[] };
    return body.waiting?.map(({ reason }) => reason ?? '').join(' ') ?? 'The gateway is not ready.';
  } catch {
    return 'The gateway does not answer yet.';
  }
}

function hopeless(name: string, lastWord: string, logFile: string): SpokenError {
  return new SpokenError(
    `${name} does not start${lastWord === '' ? '' : `: ${lastWord}`}\nIts log is ${logFile}.`,
  );
}
