import type { Child, Exit } from './child.ts';
import { removePidFile, writePidFile } from './pid-files.ts';
import type { Say } from './say.ts';

/** One process that has to run for as long as GAZE does. */
export interface Part {
  name: string;
  /** Starts it and resolves when it can be used, or (a service) when it runs. */
  launch: () => Promise<Child>;
  stopSignal: NodeJS.Signals;
  stopWithinMs: number;
  /** Why it ended, where it said so. */
  lastWord?: () => string;
}

export interface Supervised {
  name: string;
  pid: () => number | null;
  kill: (signal: NodeJS.Signals) => void;
  /** How often it ended since the start by itself. */
  crashes: () => number;
  stop: () => Promise<void>;
  /** Starts it again after a stop. */
  resume: () => Promise<void>;
  /** Ends it at once. */
  force: () => void;
}

const firstDelayMs = 300;
const longestDelayMs = 15_000;
/** A part that ran for this long had no trouble starting. */
const soundAfterMs = 60_000;

/** Time before the next start after so many crashes in a row. */
export function backOffMs(crashesInARow: number): number {
  return Math.min(firstDelayMs * 2 ** Math.max(crashesInARow - 1, 0), longestDelayMs);
}

/**
 * Starts a part and starts it again whenever it ends, with growing pauses.
 * @throws what the first launch throws: a part that never ran is a start that failed
 */
export async function supervise(
  part: Part,
  context: { runDir: string; say: Say; onLaunch?: () => void },
): Promise<Supervised> {
  const { runDir, say } = context;
  let child: Child | null = null;
  let stopping = false;
  let inARow = 0;
  let total = 0;
  let timer: NodeJS.Timeout | null = null;
  let launching: Promise<void> = Promise.resolve();

  async function launch(): Promise<void> {
    const began = performance.now();
    const started = await part.launch();
    child = started;
    writePidFile(runDir, part.name, started.pid);
    context.onLaunch?.();
    void started.exited.then((exit) => ended(exit, performance.now() - began));
    if (isStopping()) await started.end(part.stopSignal, part.stopWithinMs);
  }

  function ended(exit: Exit, aliveMs: number): void {
    child = null;
    if (isStopping()) return removePidFile(runDir, part.name);
    total += 1;
    inARow = aliveMs > soundAfterMs ? 1 : inARow + 1;
    // Somebody's signal says all; only a part that gave up by itself left a word.
    again(`ended (${wordFor(exit)})${exit.signal === null ? said(part) : ''}`);
  }

  function again(what: string): void {
    const delay = backOffMs(inARow);
    say.warn(
      part.name,
      `${what}; starting it again${delay >= 1000 ? ` in ${Math.round(delay / 1000)} s` : ''}`,
    );
    timer = setTimeout(() => {
      launching = launch().catch((error: unknown) => {
        if (isStopping()) return;
        inARow += 1;
        again(
          `does not start: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
        );
      });
    }, delay);
  }

  const isStopping = (): boolean => stopping;
  await launch();
  return {
    name: part.name,
    pid: () => child?.pid ?? null,
    kill: (signal) => child?.signal(signal),
    crashes: () => total,
    async stop() {
      stopping = true;
      if (timer !== null) clearTimeout(timer);
      await launching;
      await child?.end(part.stopSignal, part.stopWithinMs);
      removePidFile(runDir, part.name);
    },
    async resume() {
      if (!stopping) return;
      stopping = false;
      await launch();
    },
    force: () => child?.signal('SIGKILL'),
  };
}

function wordFor(exit: Exit): string {
  return exit.signal ?? `code ${exit.code ?? '?'}`;
}

function said(part: Part): string {
  const word = part.lastWord?.() ?? '';
  return word === '' ? '' : `: ${word}`;
}
