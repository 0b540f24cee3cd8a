import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, isSameProcess, markProcess } from './processes.ts';
import type { ProcessMark } from './processes.ts';

const suffix = '.pid.json';
const endLimitMs = 8000;

/** Remembers a part's process, so that the next start recognises it where this launcher is killed. */
export function writePidFile(folder: string, name: string, pid: number): void {
  writeFileSync(join(folder, name + suffix), JSON.stringify(markProcess(pid)), { mode: 0o600 });
}

export function removePidFile(folder: string, name: string): void {
  rmSync(join(folder, name + suffix), { force: true });
}

/** Text of a pid file; null where it is torn or something else. */
export function parsePidFile(text: string): ProcessMark | null {
  try {
    const mark = JSON.parse(text) as Partial<ProcessMark>;
    if (
      typeof mark.pid !== 'number' ||
      !Number.isInteger(mark.pid) ||
      mark.pid <= 1 ||
      typeof mark.started !== 'string'
    )
      return null;
    return { pid: mark.pid, started: mark.started };
  } catch {
    return null;
  }
}

/** Parts that a killed launcher left running. */
export function findOrphans(folder: string): { name: string; mark: ProcessMark }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(suffix))
    .flatMap((file) => {
      const mark = parsePidFile(readFileSync(join(folder, file), 'utf8'));
      if (mark !== null && isSameProcess(mark)) return [{ name: file.slice(0, -suffix.length), mark }];
      rmSync(join(folder, file), { force: true });
      return [];
    });
}

/** Ends them: PostgreSQL by the signal that makes it stop at once and in order, the others as always. */
export async function endOrphans(
  folder: string,
  orphans: readonly { name: string; mark: ProcessMark }[],
): Promise<void> {
  const services = orphans.filter(({ name }) => name !== 'postgres' && name !== 'nats');
  const stores = orphans.filter((orphan) => !services.includes(orphan));
  for (const group of [services, stores]) {
    await Promise.all(
      group.map(async ({ name, mark }) => {
        await endProcess(mark, name === 'postgres' ? 'SIGINT' : 'SIGTERM', endLimitMs);
        removePidFile(folder, name);
      }),
    );
  }
}
