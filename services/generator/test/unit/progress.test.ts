import type { Workflow } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { phaseOf, trackProgress } from '../../src/run/progress.ts';

const graph: Workflow = {
  '3': { class_type: 'KSampler', inputs: { steps: 20 } },
  '4': { class_type: 'CheckpointLoaderSimple', inputs: {} },
  '8': { class_type: 'VAEDecode', inputs: {} },
  '9': { class_type: 'SaveImage', inputs: {} },
  '11': { class_type: 'FaceDetailer', inputs: {} },
  '13': { class_type: 'FaceDetailer', inputs: {} },
};
const start = { jobId: 'j', attempt: 1, host: { id: 'h', name: 'Atelier' }, graph };

describe('phases of a picture', () => {
  test.each([
    [null, 'loading'],
    ['4', 'loading'],
    ['3', 'sampling'],
    ['11', 'face'],
    ['13', 'hand'],
    ['8', 'decoding'],
    ['9', 'saving'],
    ['99', 'loading'],
  ] as const)('node %s is %s', (node, phase) => {
    expect(phaseOf(node, graph)).toBe(phase);
  });
});

describe('progress of a prompt', () => {
  test('counts steps and tells the time left by what a step took', () => {
    const tracker = trackProgress(start);
    expect(tracker.take('executing', { node: '3' }, 0)).toMatchObject({
      phase: 'sampling',
      step: 0,
      steps: 20,
    });
    expect(tracker.take('progress', { node: '3', value: 1, max: 20 }, 200)?.seconds_left).toBeNull();
    expect(tracker.take('progress', { node: '3', value: 5, max: 20 }, 1000)).toMatchObject({
      step: 5,
      seconds_left: 3,
    });
  });

  test('keeps the full bar while the picture is decoded and saved', () => {
    const tracker = trackProgress(start);
    tracker.take('executing', { node: '3' }, 0);
    tracker.take('progress', { node: '3', value: 20, max: 20 }, 10);
    expect(tracker.take('executing', { node: '8' }, 11)).toMatchObject({
      phase: 'decoding',
      step: 20,
      steps: 20,
    });
  });

  test('says nothing where nothing visible changed', () => {
    const tracker = trackProgress(start);
    tracker.take('executing', { node: '3' }, 0);
    expect(tracker.take('executing', { node: '3' }, 1)).toBeNull();
    expect(tracker.take('status', {}, 2)).toBeNull();
    expect(tracker.take('progress', { value: 'x', max: 20 }, 3)).toBeNull();
  });
});
