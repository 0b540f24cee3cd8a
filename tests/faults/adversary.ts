import { readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '@gaze/testing';
import { expect } from 'vitest';
import type { CrashFile, CrashPoint } from '../support/crash-file.ts';
import { crashPoints } from '../support/crash-file.ts';
import type { Foundry } from '../support/foundry.ts';
import { pick } from '../support/random.ts';
import { checkpoints, smallPicture, submitAll } from './submit.ts';
import { expectNothingLost, readTruth, rendersOf } from './oracle.ts';

export type Fault =
  | { kind: 'crash'; at: CrashPoint; signal: 'SIGKILL' | 'SIGSTOP'; stoppedMs: number }
  | { kind: 'kill'; generator: string; afterMs: number }
  | { kind: 'stop'; generator: string; afterMs: number; stoppedMs: number }
  | { kind: 'cut'; host: string; afterMs: number };

export interface Campaign {
  foundry: Foundry;
  crash: CrashFile;
  random: () => number;
  generators: readonly string[];
}

/** Longer than a holder may be silent before its host goes to another one. */
const beyondLeaseMs = 23_000;
/** A fault of SIGSTOP that lasts this long takes the host away, as a kill does. */
const leaseMs = 18_000;

/** Every named point with both signals, and faults at random moments between them, in an order drawn by the seed. */
export function planFaults(
  random: () => number,
  generators: readonly string[],
  options: { long: boolean },
): Fault[] {
  const stoppedMs = (): number =>
    options.long && random() < 0.35 ? beyondLeaseMs : 500 + Math.floor(random() * 2500);
  const named = crashPoints.flatMap((at): Fault[] => [
    { kind: 'crash', at, signal: 'SIGKILL', stoppedMs: 0 },
    ...(options.long ? [{ kind: 'crash', at, signal: 'SIGSTOP', stoppedMs: stoppedMs() } as const] : []),
  ]);
  const afterMs = (): number => Math.floor(random() * 1500);
  const moments: Fault[] = [
    { kind: 'kill', generator: pick(random, generators), afterMs: afterMs() },
    { kind: 'stop', generator: pick(random, generators), afterMs: afterMs(), stoppedMs: stoppedMs() },
    { kind: 'cut', host: pick(random, ['Atelier', 'Cellar']), afterMs: afterMs() },
  ];
  const plan = [...named, ...moments];
  for (let i = plan.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [plan[i], plan[j]] = [plan[j] as Fault, plan[i] as Fault];
  }
  return plan;
}

/** How many more renderings than jobs a fault may cost. */
export function costOf(fault: Fault): number {
  if (fault.kind === 'cut') return 0;
  if (fault.kind === 'kill' || (fault.kind === 'crash' && fault.signal === 'SIGKILL')) return 1;
  return fault.stoppedMs >= leaseMs ? 1 : 0;
}

/** Submits a handful of jobs, so that every host has one running and one waiting behind it, and strikes in the middle. */
export async function strike(campaign: Campaign, fault: Fault, firstSeed: number): Promise<number> {
  const { foundry, crash, random } = campaign;
  const count = 4 + Math.floor(random() * 2);
  const takenBefore = crash.taken().length;
  if (fault.kind === 'crash') crash.arm(fault.at, fault.signal);
  await submitAll(
    foundry.stack,
    Array.from({ length: count }, (_, i) =>
      smallPicture(firstSeed + i, { checkpoint: pick(random, checkpoints) }),
    ),
  );
  await inflict(campaign, fault, takenBefore);
  return count;
}

async function inflict({ foundry, crash }: Campaign, fault: Fault, takenBefore: number): Promise<void> {
  if (fault.kind === 'crash') {
    await eventually(() => expect(crash.taken().length, `${fault.at} was reached`).toBe(takenBefore + 1), {
      timeoutMs: 30_000,
    });
    if (fault.signal === 'SIGKILL') return;
    const stopped = crash.taken().at(-1) ?? 0;
    await wait(fault.stoppedMs);
    if (isAlive(stopped)) process.kill(stopped, 'SIGCONT');
    return;
  }
  await wait(fault.afterMs);
  if (fault.kind === 'cut') return foundry.host(fault.host).cutSockets();
  const generator = foundry.stack.process(fault.generator);
  // Between two lives there is nothing to strike.
  await eventually(() => expect(generator.pid).not.toBeNull());
  generator.kill(fault.kind === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  if (fault.kind === 'kill') return;
  await wait(fault.stoppedMs);
  generator.kill('SIGCONT');
}

/** Alive and still the program that took the order: pids are used again. */
function isAlive(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === process.execPath;
  } catch {
    return false;
  }
}

/** Waits until every job has its end, then until the hosts have nothing of ours, and asks the oracle. */
export async function expectPeace(
  { foundry }: Campaign,
  submitted: number,
  allowedExtra: number,
): Promise<void> {
  await eventually(
    async () => {
      const { jobs } = await readTruth(foundry.stack);
      const open = jobs.filter(({ status }) => !['done', 'failed', 'cancelled'].includes(status));
      expect(open.map(({ id, status, attempt }) => `${id} ${status} ${attempt}`)).toEqual([]);
    },
    { timeoutMs: 120_000, everyMs: 200 },
  );
  const truth = await eventually(() => expectNothingLost(foundry.stack, submitted), {
    timeoutMs: 15_000,
    everyMs: 200,
  });
  expect(truth.jobs.filter((job) => job.status !== 'done')).toEqual([]);
  const renders = await rendersOf(foundry.hosts);
  expect(renders.byJob.has('somebody')).toBe(false);
  expect(renders.extra, 'renderings beyond one a job').toBeLessThanOrEqual(allowedExtra);
}
