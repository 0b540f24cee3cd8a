import { runProgram } from '../../../scripts/launcher/run-program.ts';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
  input?: string;
}

const usualLimitMs = 300_000;

/** Runs a program to its end and gives what it printed. @throws Error with that where it fails */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { ok, text } = await runProgram(command, args, { timeoutMs: usualLimitMs, ...options });
  if (!ok) throw new Error(`${[command, ...args].join(' ')} failed:\n${text.slice(-4000)}`);
  return text;
}

/** Whether a program runs and ends well. */
export async function works(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<boolean> {
  return (await runProgram(command, args, { timeoutMs: 30_000, ...options })).ok;
}
