import { imageMs, loadMs, randomFrom, simulate } from '../../libs/domain/test/jobs/simulate.ts';
import type { PlannedJob, Simulation } from '../../libs/domain/test/jobs/simulate.ts';
import type { Row } from './row.ts';
import { round } from './row.ts';
import { firstCome, pressureAlone } from './rules.ts';

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

interface Tally {
  switches: number;
  makespan: number;
  wait: number;
  runs: number;
  meanSwitches: number;
  meanSwitchesFifo: number;
  meanSwitchesPressure: number;
}

/** The worst of a mix over some seeds. */
function tally(mix: (random: () => number) => PlannedJob[], seeds: readonly number[]): Tally {
  const worst = { switches: 0, makespan: 0, wait: 0 };
  let [ours, fifo, pressure] = [0, 0, 0];
  for (const seed of seeds) {
    const plan = mix(randomFrom(seed));
    const run = simulate(plan, hosts);
    worst.switches = Math.max(worst.switches, run.switches / fewest(plan));
    worst.makespan = Math.max(worst.makespan, run.makespanMs / boundOf(plan));
    worst.wait = Math.max(worst.wait, worstWait(run));
    ours += run.switches;
    fifo += simulate(plan, hosts, firstCome).switches;
    pressure += simulate(plan, hosts, pressureAlone).switches;
  }
  return {
    ...worst,
    runs: seeds.length,
    meanSwitches: round(ours / seeds.length, 1),
    meanSwitchesFifo: round(fifo / seeds.length, 1),
    meanSwitchesPressure: round(pressure / seeds.length, 1),
  };
}

/** P4, by simulation: 200 jobs over 8 checkpoints on 4 hosts, a load as long as five pictures, mixes from seeds. */
export function switchesAndTime(seeds: readonly number[]): Row[] {
  const rows = Object.entries(mixes).flatMap(([name, mix]): Row[] => {
    const { switches, makespan, wait, runs, ...mean } = tally(mix, seeds);
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
        absolute: {
          mean_switches: mean.meanSwitches,
          mean_switches_fifo: mean.meanSwitchesFifo,
          mean_switches_pressure_alone: mean.meanSwitchesPressure,
        },
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
  const urgent = seeds.flatMap((seed) => Object.values(mixes).map((mix) => urgentJob(mix(randomFrom(seed)))));
  return [
    ...rows,
    {
      id: 'P4',
      measured: `an interactive job in the middle of it: its place on its host, the worst of all mixes and ${seeds.length} seeds`,
      against: 'the next one after what runs already, which may be loading',
      ratio: Math.max(...urgent.map(({ place }) => place)),
      goal: 1,
      better: 'less',
      absolute: { longest_wait_ms: round(Math.max(...urgent.map(({ waitMs }) => waitMs)), 0) },
    },
  ];
}

/** How one that comes in the middle fares: 1 where nothing that ran not yet goes before it. */
function urgentJob(plan: readonly PlannedJob[]): { place: number; waitMs: number } {
  const arrivesMs = 20_000;
  const { jobs: all } = simulate([...plan, { checkpoint: 'A', atMs: arrivesMs, lane: 'interactive' }], hosts);
  const mine = all.find((job) => job.lane === 'interactive');
  const startMs = mine?.startMs ?? Number.NaN;
  const before = all.filter(
    (job) => job.hostId === mine?.hostId && job.startMs > arrivesMs && job.startMs < startMs,
  );
  return { place: 1 + before.length, waitMs: startMs - arrivesMs };
}
