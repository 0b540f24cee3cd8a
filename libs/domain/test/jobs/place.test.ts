import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareWaiting, outstandingPerHost, place } from '../../src/jobs/index.ts';
import type { PlacingHost, WaitingJob } from '../../src/jobs/index.ts';
import { everything, host, need, outstanding, waiting } from './builders.ts';

const hostsOf = (jobs: WaitingJob[], hosts: PlacingHost[], now = 0): Record<string, string> =>
  Object.fromEntries(place(jobs, hosts, now).map((assignment) => [assignment.jobId, assignment.hostId]));

describe('a host that failed', () => {
  test('is tried out with one job, urgent or not, and never with a second', () => {
    const jobs = [waiting('j1'), waiting('j2', { lane: 'interactive' }), waiting('j3')];
    expect(place(jobs, [host('a', { probing: true })], 0)).toHaveLength(1);
    const trying = host('a', { probing: true, outstanding: [outstanding('o')] });
    expect(place(jobs, [trying], 0)).toEqual([]);
    expect(place(jobs, [host('a')], 0)).toHaveLength(2);
  });
});

describe('measured load times', () => {
  test('send an urgent job where its checkpoint loads soonest', () => {
    const slow = host('a', { loads: new Map([['slate', 30_000]]) });
    const quick = host('b', { loads: new Map([['slate', 900]]) });
    const job = waiting('j', { lane: 'interactive', need: need('slate') });
    expect(hostsOf([job], [slow, quick])).toEqual({ j: 'b' });
    expect(hostsOf([job], [quick, slow])).toEqual({ j: 'b' });
  });
});

describe('where a job may go', () => {
  test('only to hosts that answer, are held, are open and are enabled', () => {
    const closed = ['down', 'unknown', 'disabled'] as const;
    for (const state of closed) expect(place([waiting('j')], [host('a', { state })], 0)).toEqual([]);
    expect(place([waiting('j')], [host('a', { held: false })], 0)).toEqual([]);
    expect(place([waiting('j')], [host('a', { closedUntilMs: 10 })], 9)).toEqual([]);
    expect(place([waiting('j')], [host('a', { closedUntilMs: 10 })], 10)).toHaveLength(1);
    expect(place([waiting('j')], [], 0)).toEqual([]);
  });

  test('only to hosts that hold every file; both slashes are one', () => {
    const files = new Set(['checkpoint:paper', 'lora:a']);
    expect(
      hostsOf([waiting('j', { need: need('paper', 'a', 'b') })], [host('a', { files }), host('b')]),
    ).toEqual({ j: 'b' });
    const windows = new Set(['checkpoint:xl/paper']);
    expect(hostsOf([waiting('j', { need: need('xl\\paper') })], [host('a', { files: windows })])).toEqual({
      j: 'a',
    });
  });

  test('a host that refused it never gets it again, one that failed it only where no other can', () => {
    expect(place([waiting('j', { unfitHosts: ['a'] })], [host('a')], 0)).toEqual([]);
    expect(hostsOf([waiting('j', { avoidHosts: ['a'] })], [host('a'), host('b')])).toEqual({ j: 'b' });
    expect(hostsOf([waiting('j', { avoidHosts: ['a'] })], [host('a'), host('b', { state: 'down' })])).toEqual(
      { j: 'a' },
    );
  });

  test('not before its time', () => {
    expect(place([waiting('j', { notBeforeMs: 5 })], [host('a')], 4)).toEqual([]);
    expect(place([waiting('j', { notBeforeMs: 5 })], [host('a')], 5)).toHaveLength(1);
  });

  test('back to the host that may hold its prompt, full or not, and nowhere else while that host is being asked', () => {
    const full = [outstanding('x', { startedMs: 0 }), outstanding('y')];
    expect(
      hostsOf([waiting('j', { stickyHost: 'a' })], [host('a', { outstanding: full }), host('b')]),
    ).toEqual({ j: 'a' });
    expect(
      place([waiting('j', { stickyHost: 'a' })], [host('a', { state: 'unknown' }), host('b')], 0),
    ).toEqual([]);
    expect(hostsOf([waiting('j', { stickyHost: 'a' })], [host('a', { state: 'down' }), host('b')])).toEqual({
      j: 'b',
    });
    expect(hostsOf([waiting('j', { stickyHost: 'gone' })], [host('b')])).toEqual({ j: 'b' });
  });
});

describe('how much a host gets', () => {
  test('one running and one prefetched, spread before stacked', () => {
    const jobs = [1, 2, 3, 4, 5].map((n) => waiting(`j${n}`, { createdAtMs: n }));
    const both = [
      host('a', { loaded: { checkpoint: 'paper', loraSet: '' } }),
      host('b', { loaded: { checkpoint: 'paper', loraSet: '' } }),
    ];
    const placed = place(jobs, both, 10);
    expect(placed.map((assignment) => assignment.jobId)).toEqual(['j1', 'j2', 'j3', 'j4']);
    expect(
      placed
        .slice(0, 2)
        .map((assignment) => assignment.hostId)
        .sort(),
    ).toEqual(['a', 'b']);
  });

  test('what a person waits for may be a third, in front of one prefetched batch job, and only one', () => {
    const batch = [outstanding('x', { startedMs: 0 }), outstanding('y')];
    const urgent = [
      waiting('j1', { lane: 'interactive' }),
      waiting('j2', { lane: 'interactive', createdAtMs: 1 }),
    ];
    expect(place(urgent, [host('a', { outstanding: batch })], 10)).toEqual([
      { jobId: 'j1', hostId: 'a', front: true },
    ]);
    const taken = [outstanding('x', { startedMs: 0 }), outstanding('y', { urgent: true })];
    expect(place(urgent, [host('a', { outstanding: taken })], 10)).toEqual([]);
    expect(place(urgent, [host('a')], 10).map((assignment) => assignment.front)).toEqual([false, false]);
  });

  test('interactive before batch, fronted before both', () => {
    const jobs = [
      waiting('batch'),
      waiting('person', { lane: 'interactive', createdAtMs: 5 }),
      waiting('front', { priority: -1, createdAtMs: 9 }),
    ].sort(compareWaiting);
    expect(jobs.map((job) => job.id)).toEqual(['front', 'person', 'batch']);
    expect(place(jobs, [host('a')], 10).map((assignment) => assignment.jobId)).toEqual(['front', 'person']);
  });

  test('a person’s job goes where it begins soonest, loading time included', () => {
    const loaded = { checkpoint: 'paper', loraSet: '' };
    const busy = [outstanding('x', { startedMs: 0 })];
    const job = [waiting('j', { lane: 'interactive' })];
    expect(hostsOf(job, [host('a', { loaded, outstanding: busy }), host('b')], 500)).toEqual({ j: 'a' });
    expect(hostsOf(job, [host('a', { loaded, outstanding: busy, imageMs: 60_000 }), host('b')], 500)).toEqual(
      { j: 'b' },
    );
  });
});

describe('which checkpoint a host turns to', () => {
  const loaded = (checkpoint: string, loraSet = '') => ({ loaded: { checkpoint, loraSet } });

  test('the one that it has, then the LoRAs that it has', () => {
    const jobs = [waiting('ink', { need: need('inkwell') }), waiting('paper', { createdAtMs: 1 })];
    expect(place(jobs, [host('a', loaded('paper'))], 5)[0]?.jobId).toBe('paper');
    const loras = [
      waiting('b', { need: need('paper', 'b') }),
      waiting('a', { need: need('paper', 'a'), createdAtMs: 1 }),
    ];
    expect(place(loras, [host('a', loaded('paper', 'a'))], 5)[0]?.jobId).toBe('a');
  });

  test('a job that has waited for half of its patience is not passed over for its LoRAs', () => {
    const jobs = [
      waiting('b', { need: need('paper', 'b'), deadlineMs: 1000 }),
      waiting('a', { need: need('paper', 'a'), createdAtMs: 1 }),
    ];
    expect(place(jobs, [host('a', loaded('paper', 'a'))], 600)[0]?.jobId).toBe('b');
  });

  test('one that nobody serves before one that is served; help only where it saves time', () => {
    const many = Array.from({ length: 3 }, (_, i) => waiting(`p${i}`, { createdAtMs: i }));
    const ink = waiting('ink', { need: need('inkwell'), createdAtMs: 9 });
    const serving = host('a', {
      ...loaded('paper'),
      outstanding: [outstanding('x', { startedMs: 0 }), outstanding('y')],
    });
    expect(hostsOf([...many, ink], [serving, host('b')], 10).ink).toBe('b');
    expect(place(many, [serving, host('b')], 10), 'three images are done before b has loaded').toEqual([]);
    const lots = Array.from({ length: 40 }, (_, i) =>
      waiting(`p${String(i).padStart(2, '0')}`, { createdAtMs: i }),
    );
    expect(hostsOf(lots, [serving, host('b')], 10)).toEqual({ p00: 'b', p01: 'b' });
  });

  test('what to load is decided when the host is free, not one picture earlier', () => {
    const busy = host('a', { ...loaded('paper'), outstanding: [outstanding('x', { startedMs: 0 })] });
    expect(place([waiting('ink', { need: need('inkwell') })], [busy], 10)).toEqual([]);
  });

  test('a job that would overstay its patience forces a switch', () => {
    const own = Array.from({ length: 20 }, (_, i) =>
      waiting(`p${String(i).padStart(2, '0')}`, { createdAtMs: i }),
    );
    const late = (deadlineMs: number) => waiting('ink', { need: need('inkwell'), deadlineMs });
    expect(place([late(900), ...own], [host('a', loaded('paper'))], 0)[0]?.jobId).toBe('ink');
    expect(place([late(90_000), ...own], [host('a', loaded('paper'))], 0)[0]?.jobId).toBe('p00');
  });
});

describe('whatever the queue', () => {
  const checkpoints = ['paper', 'inkwell', 'slate', 'linen', 'nobody-has-it'];
  const anyJob = fc.record({
    lane: fc.constantFrom('interactive' as const, 'batch' as const),
    priority: fc.constantFrom(0, 0, 0, -1),
    createdAtMs: fc.integer({ min: 0, max: 50_000 }),
    checkpoint: fc.constantFrom(...checkpoints),
    lora: fc.constantFrom('a', 'b', null),
    stickyHost: fc.constantFrom(null, null, null, 'h0'),
    avoidHosts: fc.subarray(['h0', 'h1']),
    unfitHosts: fc.subarray(['h0', 'h1', 'h2'], { maxLength: 1 }),
    notBeforeMs: fc.constantFrom(null, null, 10_000, 90_000),
    deadlineMs: fc.integer({ min: 0, max: 200_000 }),
  });
  const anyHost = fc.record({
    state: fc.constantFrom('up' as const, 'up' as const, 'up' as const, 'down' as const, 'unknown' as const),
    held: fc.constantFrom(true, true, true, false),
    files: fc.subarray([...everything]),
    loaded: fc.constantFrom(...checkpoints, null),
    outstanding: fc.array(fc.record({ urgent: fc.boolean(), checkpoint: fc.constantFrom(...checkpoints) }), {
      maxLength: 3,
    }),
    closedUntilMs: fc.constantFrom(0, 0, 90_000),
  });
  const scene = fc
    .record({ jobs: fc.array(anyJob, { maxLength: 40 }), hosts: fc.array(anyHost, { maxLength: 5 }) })
    .map(({ jobs, hosts }) => ({
      jobs: jobs
        .map(({ checkpoint, lora, ...job }, i) =>
          waiting(`j${String(i).padStart(2, '0')}`, {
            ...job,
            need: lora === null ? need(checkpoint) : need(checkpoint, lora),
          }),
        )
        .sort(compareWaiting),
      hosts: hosts.map(({ files, loaded, outstanding: held, ...more }, i) =>
        host(`h${i}`, {
          ...more,
          files: new Set(files),
          loaded: { checkpoint: loaded, loraSet: '' },
          outstanding: held.map((job, n) =>
            outstanding(`h${i}-${n}`, {
              urgent: job.urgent,
              need: need(job.checkpoint),
              startedMs: n === 0 ? 40_000 : null,
            }),
          ),
        }),
      ),
    }));
  const now = 50_000;

  test('no job twice, none where it may not go, no host over its measure', () => {
    fc.assert(
      fc.property(scene, ({ jobs, hosts }) => {
        const placed = place(jobs, hosts, now);
        expect(new Set(placed.map((assignment) => assignment.jobId)).size).toBe(placed.length);
        const got = new Map<string, number>();
        for (const { jobId, hostId, front } of placed) {
          const job = jobs.find(({ id }) => id === jobId);
          const on = hosts.find(({ id }) => id === hostId);
          if (job === undefined || on === undefined) throw new Error('made up');
          expect(on.state === 'up' && on.held && on.closedUntilMs <= now).toBe(true);
          expect(job.unfitHosts).not.toContain(hostId);
          expect(job.notBeforeMs === null || job.notBeforeMs <= now).toBe(true);
          if (job.stickyHost !== hostId) {
            expect(job.need.files.every((file) => on.files.has(file))).toBe(true);
            got.set(hostId, (got.get(hostId) ?? 0) + 1);
            const most =
              job.lane === 'interactive' || job.priority < 0 ? outstandingPerHost + 1 : outstandingPerHost;
            expect(on.outstanding.length + (got.get(hostId) ?? 0)).toBeLessThanOrEqual(
              Math.max(most, outstandingPerHost + Number(front)),
            );
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  test('the same question has the same answer, and nothing is changed by asking', () => {
    fc.assert(
      fc.property(scene, ({ jobs, hosts }) => {
        const before = JSON.stringify([jobs, hosts.map((one) => ({ ...one, files: [...one.files] }))]);
        const first = place(jobs, hosts, now);
        expect(place(jobs, hosts, now)).toEqual(first);
        expect(JSON.stringify([jobs, hosts.map((one) => ({ ...one, files: [...one.files] }))])).toBe(before);
      }),
      { numRuns: 100 },
    );
  });

  test('an idle host that can do a due job is never left idle', () => {
    fc.assert(
      fc.property(scene, ({ jobs, hosts }) => {
        const placed = place(jobs, hosts, now);
        const left = jobs.filter((job) => !placed.some(({ jobId }) => jobId === job.id));
        const idle = hosts.filter(
          (one) =>
            one.state === 'up' &&
            one.held &&
            one.closedUntilMs <= now &&
            one.outstanding.length === 0 &&
            !placed.some(({ hostId }) => hostId === one.id),
        );
        for (const one of idle) {
          for (const job of left) {
            const due = job.notBeforeMs === null || job.notBeforeMs <= now;
            const able =
              job.need.files.every((file) => one.files.has(file)) && !job.unfitHosts.includes(one.id);
            const alone =
              hosts.filter((other) => other.state === 'up' && other.held && other.closedUntilMs <= now)
                .length === 1;
            if (due && able && alone && job.stickyHost === null)
              throw new Error(`${job.id} waits beside the idle ${one.id}`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
