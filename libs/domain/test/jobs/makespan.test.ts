import { describe, expect, test } from 'vitest';
import { imageMs, loadMs, randomFrom, simulate } from './simulate.ts';
import type { PlannedJob } from './simulate.ts';

const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
const hosts = 4;

/** No plan ends sooner: all images and one load per checkpoint, spread without a gap. */
const bound = (plan: readonly PlannedJob[]): number =>
  (plan.length * imageMs + Math.max(hosts, new Set(plan.map((job) => job.checkpoint)).size) * loadMs) / hosts;

const worstWait = (jobs: ReturnType<typeof simulate>['jobs']): number =>
  Math.max(...jobs.map((job) => (job.startMs - job.atMs) / job.fairMs));

describe('200 jobs with 8 checkpoints on 4 hosts, a load as long as five images', () => {
  test.each([1, 2, 3, 4, 5, 6])(
    'a random mix (seed %i) takes few switches, no time, and nobody’s patience',
    (seed) => {
      const random = randomFrom(seed);
      const plan = Array.from({ length: 200 }, () => ({
        checkpoint: names[Math.floor(random() * 8)] ?? 'A',
        atMs: 0,
      }));
      const { switches, makespanMs, jobs } = simulate(plan, hosts);
      expect(switches).toBeLessThanOrEqual(10);
      expect(makespanMs / bound(plan)).toBeLessThanOrEqual(1.1);
      expect(worstWait(jobs)).toBeLessThanOrEqual(3);
    },
  );

  test('taking turns through all checkpoints loads each of them once', () => {
    const plan = Array.from({ length: 200 }, (_, i) => ({ checkpoint: names[i % 8] ?? 'A', atMs: 0 }));
    const { switches, makespanMs } = simulate(plan, hosts);
    expect(switches).toBe(8);
    expect(makespanMs).toBe(bound(plan));
  });

  test('A, B, A, B on four hosts is two hosts for each', () => {
    const plan = Array.from({ length: 200 }, (_, i) => ({ checkpoint: i % 2 === 0 ? 'A' : 'B', atMs: 0 }));
    const { switches, makespanMs } = simulate(plan, hosts);
    expect(switches).toBe(4);
    expect(makespanMs / bound(plan)).toBeLessThanOrEqual(1.1);
  });

  test.each([1, 2, 3])('jobs that come late (seed %i) wait no longer than their patience', (seed) => {
    const random = randomFrom(seed);
    const plan = Array.from({ length: 200 }, (_, i) => ({
      checkpoint: names[Math.floor(random() * 8)] ?? 'A',
      atMs: i < 100 ? 0 : Math.floor(random() * 40_000),
    }));
    const { jobs, makespanMs } = simulate(plan, hosts);
    expect(worstWait(jobs)).toBeLessThanOrEqual(3);
    expect(makespanMs / bound(plan)).toBeLessThanOrEqual(1.2);
  });

  test('one that a person waits for begins next', () => {
    const plan: PlannedJob[] = Array.from({ length: 200 }, (_, i) => ({
      checkpoint: names[i % 8] ?? 'A',
      atMs: 0,
    }));
    plan.push({ checkpoint: 'A', atMs: 20_000, lane: 'interactive' });
    const urgent = simulate(plan, hosts).jobs.find((job) => job.lane === 'interactive');
    expect(urgent?.startMs).toBeLessThanOrEqual(20_000 + imageMs);
  });

  test('a steady stream of one checkpoint does not starve a single job of another', () => {
    const plan: PlannedJob[] = Array.from({ length: 300 }, (_, i) => ({ checkpoint: 'A', atMs: i * 900 }));
    plan.push({ checkpoint: 'B', atMs: 1000 });
    const { jobs } = simulate(plan, 1);
    expect(worstWait(jobs.filter((job) => job.checkpoint === 'B'))).toBeLessThanOrEqual(3);
  });
});
