import type { Assignment, PlacingHost, WaitingJob } from '@gaze/domain';
import { outstandingPerHost } from '@gaze/domain';
import { imageMs, loadMs, randomFrom, simulate } from '../../libs/domain/test/jobs/simulate.ts';
import type { PlannedJob, Simulation } from '../../libs/domain/test/jobs/simulate.ts';
import type { Row } from './row.ts';
import { round } from './row.ts';

const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
const hosts = 4;
const jobs = 200;

const at = (i: number): string => names[i % names.length] ?? 'A';
const mixes: Readonly<Record<string, (random: () => number) => PlannedJob[]>> = {
  random: (random) =>
    Array.from({ length: jobs }, () => ({ checkpoint: at(Math.floor(random() * 8)), atMs: 0 })),
  'in turn': () => Array.from({ length: jobs }, (_, i) => ({ checkpoint: at(i), atMs: 0 })),
  'A, B, A, B': () => Array.from({ length: jobs }, (_, i) => ({ checkpoint: at(i % 2), atMs: 0 })),
  late: (random) =>
    Array.from({ length: jobs }, (_, i) => ({
      checkpoint: at(Math.floor(random() * 8)),
      atMs: i < jobs / 2 ? 0 : Math.floor(random() * 40_000),
    })),
};

/** No plan ends sooner: all pictures and one load per checkpoint, or one per host, without a gap; nor before the last has come and run. */
function boundOf(plan: readonly PlannedJob[]): number {
  const loads = Math.max(hosts, new Set(plan.map((job) => job.checkpoint)).size);
  const work = (plan.length * imageMs + loads * loadMs) / hosts;
  return Math.max(work, ...plan.map((job) => job.atMs + imageMs));
}

/** No plan loads less often: every checkpoint once, and every host something. */
const fewest = (plan: readonly PlannedJob[]): number =>
  Math.max(hosts, new Set(plan.map((job) => job.checkpoint)).size);

const worstWait = ({ jobs: all }: Simulation): number =>
  Math.max(...all.map((job) => (job.startMs - job.atMs) / job.fairMs));

/** First come, first served, to whichever host has the least to do: what a plain queue would load. */
function firstCome(waiting: readonly WaitingJob[], all: readonly PlacingHost[]): Assignment[] {
  const free = all.map((host) => ({ id: host.id, left: outstandingPerHost - host.outstanding.length }));
  return waiting.flatMap((job) => {
    const host = free.toSorted((a, b) => b.left - a.left)[0];
    if (host === undefined || host.left <= 0) return [];
    host.left--;
    return [{ jobId: job.id, hostId: host.id, front: false }];
  });
}

interface Tally {
  switches: number;
  makespan: number;
  wait: number;
  runs: number;
  meanSwitches: number;
  meanSwitchesFifo: number;
}

/** The worst of a mix over some seeds. */
function tally(mix: (random: () => number) => PlannedJob[], seed: number, seeds: number): Tally {
  const worst = { switches: 0, makespan: 0, wait: 0 };
  let [ours, fifo] = [0, 0];
  for (let n = 0; n < seeds; n++) {
    const plan = mix(randomFrom(seed * 1000 + n));
    const run = simulate(plan, hosts);
    worst.switches = Math.max(worst.switches, run.switches / fewest(plan));
    worst.makespan = Math.max(worst.makespan, run.makespanMs / boundOf(plan));
    worst.wait = Math.max(worst.wait, worstWait(run));
    ours += run.switches;
    fifo += simulate(plan, hosts, firstCome).switches;
  }
  return {
    ...worst,
    runs: seeds,
    meanSwitches: round(ours / seeds, 1),
    meanSwitchesFifo: round(fifo / seeds, 1),
  };
}

/** P4, by simulation: 200 jobs over 8 checkpoints on 4 hosts, a load as long as five pictures, mixes from seeds. */
export function switchesAndTime({ seed, seeds }: { seed: number; seeds: number }): Row[] {
  const rows = Object.entries(mixes).flatMap(([name, mix]): Row[] => {
    const { switches, makespan, wait, runs, meanSwitches, meanSwitchesFifo } = tally(mix, seed, seeds);
    const common = { id: 'P4', better: 'less' as const };
    const future = name === 'late' ? ' that knew what would come' : '';
    const note =
      name === 'late'
        ? {
            note: 'Who knows the future keeps a host waiting for pictures of its checkpoint that will come; ours never leaves one idle while there is work, and loads again.',
          }
        : {};
    return [
      {
        ...common,
        measured: `checkpoint switches, ${name}: the worst of ${runs} seeds`,
        against: `the fewest of any plan${future}`,
        ratio: round(switches),
        goal: 1.25,
        absolute: { mean_switches: meanSwitches, mean_switches_fifo: meanSwitchesFifo },
        ...note,
      },
      {
        ...common,
        measured: `time until all is done, ${name}: the worst of ${runs} seeds`,
        against: `the bound that no plan beats${future}`,
        ratio: round(makespan),
        goal: 1.1,
        absolute: {},
        ...note,
      },
      {
        ...common,
        measured: `longest wait of any job, ${name}: the worst of ${runs} seeds`,
        against: 'its fair time: its place in first come, first served',
        ratio: round(wait),
        goal: 3,
        absolute: {},
      },
    ];
  });
  const random = randomFrom(seed);
  const interactive = Math.max(...Object.values(mixes).map((mix) => interactiveWait(mix(random))));
  return [
    ...rows,
    {
      id: 'P4',
      measured: 'an interactive job in the middle of it: the wait for its host, the worst of all mixes',
      against: 'the picture that runs already',
      ratio: round(interactive / imageMs),
      goal: 1,
      better: 'less',
      absolute: { ms: round(interactive, 0) },
    },
  ];
}

/** How long one that comes in the middle waits until its host begins with it. */
function interactiveWait(plan: readonly PlannedJob[]): number {
  const arrivesMs = 20_000;
  const { jobs: all } = simulate([...plan, { checkpoint: 'A', atMs: arrivesMs, lane: 'interactive' }], hosts);
  const mine = all.find((job) => job.lane === 'interactive');
  return (mine?.startMs ?? Number.NaN) - arrivesMs;
}
