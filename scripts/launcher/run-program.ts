import { execFile } from 'node:child_process';
import type { Account } from './child.ts';

export interface Ran {
  ok: boolean;
  text: string;
}

const maxOutputBytes = 32 * 1024 * 1024;

/** Runs a program to its end and gives what it printed; a missing program or a time-out is an answer, not an error. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: {
    cwd?: string;
    timeoutMs?: number;
    env?: NodeJS.ProcessEnv;
    account?: Account | undefined;
    input?: string;
  } = {},
): Promise<Ran> {
  const { cwd, env, account } = options;
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      {
        timeout: options.timeoutMs ?? 60_000,
        maxBuffer: maxOutputBytes,
        windowsHide: true,
        ...(cwd === undefined ? {} : { cwd }),
        ...(env === undefined ? {} : { env }),
        ...(account === undefined ? {} : account),
      },
      (error, stdout, stderr) => {
        const printed = `${stdout}${stderr}`;
        resolve({
          ok: error === null,
          text: error !== null && printed.trim() === '' ? error.message : printed,
        });
      },
    );
    // The program may end before it has read everything.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}
