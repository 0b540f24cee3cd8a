import type { Workflow } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { buildTimings } from '../../src/host/timings.ts';
import { buildStopwatch } from '../../src/run/stopwatch.ts';

const graph: Workflow = {
  '3': { class_type: 'KSampler', inputs: { steps: 4 } },
  '11': { class_type: 'FaceDetailer', inputs: {} },
};

describe('times of one prompt', () => {
  test('the load is what passes before the first step, less that step', () => {
    const watch = buildStopwatch(graph);
    watch.take('execution_start', {}, 1000);
    [3100, 3200, 3300, 3400].forEach((at, i) =>
      watch.take('progress', { node: '3', value: i + 1, max: 4 }, at),
    );
    expect(watch.startedMs()).toBe(1000);
    expect(watch.stepMs()).toBe(100);
    expect(watch.untilSamplingMs()).toBe(2000);
  });

  test('steps of a detailer are no steps of the sampler', () => {
    const watch = buildStopwatch(graph);
    watch.take('execution_start', {}, 0);
    watch.take('progress', { node: '11', value: 1, max: 20 }, 500);
    watch.take('progress', { node: '11', value: 2, max: 20 }, 900);
    expect(watch.stepMs()).toBeNull();
    expect(watch.untilSamplingMs()).toBeNull();
  });

  test('what was not heard from the beginning teaches no load', () => {
    const watch = buildStopwatch(graph);
    watch.take('progress', { node: '3', value: 2, max: 4 }, 100);
    watch.take('progress', { node: '3', value: 3, max: 4 }, 160);
    expect(watch.untilSamplingMs()).toBeNull();
    expect(watch.stepMs()).toBe(60);
  });
});

describe('learned times of a host', () => {
  test('begin with what was known and follow what is seen', () => {
    const timings = buildTimings([{ checkpoint: 'a', load_ms: 1000, step_ms: null }]);
    expect(timings.of('a')).toEqual({ loadMs: 1000, stepMs: null });
    timings.learn('a', { loadMs: 2000, stepMs: 50 });
    expect(timings.of('a')).toEqual({ loadMs: 1400, stepMs: 50 });
    timings.learn('a', { loadMs: null });
    expect(timings.of('a').loadMs).toBe(1400);
    expect(timings.all()).toEqual([{ checkpoint: 'a', load_ms: 1400, step_ms: 50 }]);
  });

  test('a checkpoint that was never seen has none', () => {
    expect(buildTimings().of('b')).toEqual({ loadMs: null, stepMs: null });
  });
});
