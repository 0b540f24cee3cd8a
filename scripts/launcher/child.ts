import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

export interface Account {
  uid: number;
  gid: number;
}

export interface ChildOptions {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  account?: Account | undefined;
  /** File that takes what the child prints, at its end. Without one it goes to `onLine`, or nowhere. */
  logFile?: string | undefined;
  /** Opens an IPC channel: the child can tell by its end that its parent is gone. */
  ipc?: boolean;
}

export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Resolves with what ended it; never rejects. */
  readonly exited: Promise<Exit>;
  hasExited: () => boolean;
  signal: (signal: NodeJS.Signals) => void;
  /** Sends `signal`, and SIGKILL where it is still there after `withinMs`; resolves when it has ended. */
  end: (signal: NodeJS.Signals, withinMs: number) => Promise<Exit>;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * Starts a process in a group of its own: Ctrl-C in a terminal reaches the launcher alone, which then stops
 * everything in order.
 * @throws Error where the program cannot be started at all
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const output = options.logFile === undefined ? undefined : openSync(options.logFile, 'a', 0o600);
  const stream = output ?? 'pipe';
  const stdio: StdioOptions = ['ignore', stream, stream, ...(options.ipc === true ? (['ipc'] as const) : [])];
  const child = spawn(options.command, options.args, {
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.account === undefined ? {} : { uid: options.account.uid, gid: options.account.gid }),
  });
  if (output !== undefined) closeSync(output);
  let exit: Exit | null = null;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', () => resolve());
    child.once('error', reject);
  });
  // Later errors are failed signals to a process that has just ended; `exited` tells that.
  child.on('error', () => undefined);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${options.command} has no process id.`);
  const signal = (name: NodeJS.Signals): void => {
    if (exit === null) child.kill(name);
  };
  return {
    pid,
    process: child,
    exited,
    hasExited: () => exit !== null,
    signal,
    async end(name, withinMs) {
      signal(name);
      const timer = new AbortController();
      const late = wait(withinMs, null, { signal: timer.signal }).catch(() => null);
      const first = await Promise.race([exited, late]);
      timer.abort();
      if (first !== null) return first;
      signal('SIGKILL');
      return exited;
    },
  };
}
