import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isSameProcess, markProcess } from './processes.ts';
import type { ProcessMark } from './processes.ts';

/** What lies in a lock file: who holds it, and where its GAZE can be reached. */
export interface LockHolder extends ProcessMark {
  machine: string;
  url: string;
}

export interface Lock {
  release: () => void;
}

/**
 * Takes a lock file, also one whose holder is gone. Answers the holder where there is one.
 * A holder on another machine (a shared folder) cannot be asked, so it counts as alive.
 */
export function takeLock(path: string, url: string): Lock | { holder: LockHolder } {
  const mine: LockHolder = { ...markProcess(process.pid), machine: hostname(), url };
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      if (placeWhole(draft, path)) return { release: () => releaseLock(path, mine) };
      const holder = readHolder(path);
      if (holder !== null && isHeld(holder)) return { holder };
      clearStale(path, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Whether the holder of a lock may still be at work. */
export function isHeld(holder: LockHolder, here = hostname()): boolean {
  return holder.machine !== here || isSameProcess(holder);
}

/** A link appears with its whole content or not at all, and never replaces what is there. */
function placeWhole(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // A file system without links: the exclusive create is nearly as good.
    if (
      !['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(
        (error as NodeJS.ErrnoException).code ?? '',
      )
    )
      throw error;
    return placeExclusively(draft, path);
  }
}

function placeExclusively(draft: string, path: string): boolean {
  try {
    writeFileSync(path, readFileSync(draft), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's file away; where a faster start has just put its own there, that one goes back. */
function clearStale(path: string, seen: LockHolder | null): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved !== null && (moved.pid !== seen?.pid || moved.started !== seen.started)) placeWhole(aside, path);
  rmSync(aside, { force: true });
}

function releaseLock(path: string, mine: LockHolder): void {
  const holder = readHolder(path);
  if (holder?.pid === mine.pid && holder.machine === mine.machine) rmSync(path, { force: true });
}

function readHolder(path: string): LockHolder | null {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<LockHolder>;
    if (typeof holder.pid !== 'number' || typeof holder.started !== 'string') return null;
    return { pid: holder.pid, started: holder.started, machine: holder.machine ?? '', url: holder.url ?? '' };
  } catch {
    return null;
  }
}
