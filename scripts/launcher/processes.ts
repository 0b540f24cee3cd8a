import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** A process as it can be told from a later one that got the same number. */
export interface ProcessMark {
  pid: number;
  /** When it started, in the system's own words; empty where that cannot be asked. */
  started: string;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export function markProcess(pid: number): ProcessMark {
  return { pid, started: startOf(pid) };
}

/** Whether the process that was marked still runs: the number alone may be somebody else's by now. */
export function isSameProcess(mark: ProcessMark): boolean {
  return isAlive(mark.pid) && (mark.started === '' || mark.started === startOf(mark.pid));
}

/** Ends a process that is not a child of ours: `signal` first, SIGKILL where it stays longer than `withinMs`. */
export async function endProcess(mark: ProcessMark, signal: NodeJS.Signals, withinMs: number): Promise<void> {
  for (const [name, limit] of [
    [signal, withinMs],
    ['SIGKILL', 5000],
  ] as const) {
    if (!isSameProcess(mark)) return;
    try {
      process.kill(mark.pid, name);
    } catch {
      return;
    }
    const until = performance.now() + limit;
    while (isSameProcess(mark) && performance.now() < until) await wait(30);
  }
}

/** Whether a folder stands in a process's command or environment: it was started for that folder. */
export function worksOn(pid: number, folder: string): boolean {
  if (process.platform === 'linux')
    return ['cmdline', 'environ'].some((file) => readProc(pid, file).includes(folder));
  if (process.platform === 'win32') return false;
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(folder);
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function startOf(pid: number): string {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // Behind the bracket that closes the name: state, parent … and the start time, counted from boot, as field 22.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // A zombie has ended; its parent has only not asked for it yet.
      return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '');
    } catch {
      return '';
    }
  }
  if (process.platform === 'win32') return '';
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
}
