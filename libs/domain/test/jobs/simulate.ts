import { compareWaiting, fairWaitMs, needOf, patience, place, switchShareOf } from '../../src/jobs/index.ts';
import type { PlacingHost, WaitingJob } from '../../src/jobs/index.ts';

/** A generator of numbers in [0, 1) from a seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface PlannedJob {
  checkpoint: string;
  atMs: number;
  lane?: 'interactive' | 'batch';
}

export interface SimulatedJob extends PlannedJob {
  id: string;
  lane: 'interactive' | 'batch';
  startMs: number;
  fairMs: number;
  hostId: string;
}

export interface Simulation {
  jobs: SimulatedJob[];
  switches: number;
  makespanMs: number;
}

interface Station {
  id: string;
  loaded: string | null;
  queue: WaitingJob[];
  busy: { job: WaitingJob; startedMs: number; doneMs: number } | null;
}

export const imageMs = 1000;
export const loadMs = 5000;

/** Plays a plan on equal hosts: every image takes a second, every change of checkpoint five. */
export function simulate(
  plan: readonly PlannedJob[],
  hostCount: number,
  choose: typeof place = place,
): Simulation {
  const needs = new Map<string, ReturnType<typeof needOf>>();
  const needFor = (checkpoint: string) => {
    let need = needs.get(checkpoint);
    if (need === undefined)
      needs.set(checkpoint, (need = needOf([{ kind: 'checkpoint', name: checkpoint }])));
    return need;
  };
  const files = new Set(plan.flatMap((job) => needFor(job.checkpoint).files));
  const stations: Station[] = Array.from({ length: hostCount }, (_, i) => ({
    id: `h${i}`,
    loaded: null,
    queue: [],
    busy: null,
  }));
  const coming = plan
    .map((job, i) => ({ ...job, id: `j${String(i).padStart(4, '0')}`, lane: job.lane ?? ('batch' as const) }))
    .sort((a, b) => a.atMs - b.atMs);
  const records = new Map<string, SimulatedJob>();
  let waiting: WaitingJob[] = [];
  let now = 0;
  let switches = 0;

  const begin = (station: Station): void => {
    const job = station.busy === null ? station.queue.shift() : undefined;
    if (job === undefined) return;
    const changes = station.loaded !== job.need.checkpoint;
    if (changes) switches++;
    station.loaded = job.need.checkpoint;
    station.busy = { job, startedMs: now, doneMs: now + imageMs + (changes ? loadMs : 0) };
    const record = records.get(job.id);
    if (record !== undefined) Object.assign(record, { startMs: now, hostId: station.id });
  };
  const view = (station: Station): PlacingHost => ({
    id: station.id,
    name: station.id,
    url: `http://${station.id}`,
    state: 'up',
    reason: '',
    held: true,
    files,
    // While it works, what it had before its running job cannot be told from the outside; the job itself says it.
    loaded: { checkpoint: station.loaded, loraSet: '' },
    outstanding: [
      ...(station.busy === null
        ? []
        : [
            {
              id: station.busy.job.id,
              urgent: false,
              need: station.busy.job.need,
              startedMs: station.busy.doneMs - imageMs,
            },
          ]),
      ...station.queue.map((job) => ({
        id: job.id,
        urgent: job.lane === 'interactive',
        need: job.need,
        startedMs: null,
      })),
    ],
    imageMs,
    loadMs,
    closedUntilMs: 0,
  });
  const arrive = (): void => {
    for (let next = coming[0]; next !== undefined && next.atMs <= now; next = coming[0]) {
      coming.shift();
      const open = [
        ...waiting,
        ...stations.flatMap((s) => [...s.queue, ...(s.busy === null ? [] : [s.busy.job])]),
      ];
      const mix = Map.groupBy(
        [...open.map((job) => job.need.checkpoint), next.checkpoint],
        (checkpoint) => checkpoint,
      );
      const fairMs = fairWaitMs({
        ahead: open.length,
        hosts: hostCount,
        imageMs,
        loadMs,
        switchShare: switchShareOf([...mix.values()].map((list) => list.length)),
      });
      records.set(next.id, { ...next, fairMs, startMs: -1, hostId: '' });
      waiting.push({
        id: next.id,
        lane: next.lane,
        priority: 0,
        createdAtMs: next.atMs,
        need: needFor(next.checkpoint),
        stickyHost: null,
        avoidHosts: [],
        unfitHosts: [],
        notBeforeMs: null,
        deadlineMs: next.atMs + patience * fairMs,
      });
    }
    waiting.sort(compareWaiting);
  };

  for (;;) {
    arrive();
    for (const { jobId, hostId, front } of choose(waiting, stations.map(view), now)) {
      const job = waiting.find(({ id }) => id === jobId);
      const station = stations.find(({ id }) => id === hostId);
      if (job === undefined || station === undefined) throw new Error('placed what is not there');
      waiting = waiting.filter((other) => other !== job);
      if (front) station.queue.unshift(job);
      else station.queue.push(job);
      begin(station);
    }
    const events = [
      ...stations.flatMap((station) => (station.busy === null ? [] : [station.busy.doneMs])),
      ...coming.slice(0, 1).map((job) => job.atMs),
    ];
    if (events.length === 0) break;
    now = Math.min(...events);
    for (const station of stations) {
      if (station.busy === null || station.busy.doneMs > now) continue;
      station.busy = null;
      begin(station);
    }
  }
  if (waiting.length > 0) throw new Error(`${waiting.length} jobs were never placed`);
  return { jobs: [...records.values()], switches, makespanMs: now };
}
