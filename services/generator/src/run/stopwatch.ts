import type { Workflow } from '@gaze/contracts';
import { phaseOf } from './progress.ts';

/** What one prompt's messages say about time. */
export interface Stopwatch {
  take: (type: string, data: Record<string, unknown>, nowMs: number) => void;
  /** When the host began with the prompt; null where nobody heard that. */
  startedMs: () => number | null;
  /** Milliseconds from the beginning to the sampler's first step, that step taken off; null: not heard in full. */
  untilSamplingMs: () => number | null;
  /** Milliseconds of a sampler step; null: fewer than two were heard. */
  stepMs: () => number | null;
}

export function buildStopwatch(graph: Workflow): Stopwatch {
  let startedMs: number | null = null;
  let first: { atMs: number; step: number } | null = null;
  let last: { atMs: number; step: number } | null = null;
  const stepMs = (): number | null =>
    first === null || last === null || last.step <= first.step
      ? null
      : (last.atMs - first.atMs) / (last.step - first.step);
  return {
    take(type, data, nowMs) {
      if (type === 'execution_start') startedMs = nowMs;
      if (type !== 'progress' || typeof data.value !== 'number' || typeof data.node !== 'string') return;
      if (phaseOf(data.node, graph) !== 'sampling') return;
      first ??= { atMs: nowMs, step: data.value };
      if (data.value > (last?.step ?? 0)) last = { atMs: nowMs, step: data.value };
    },
    startedMs: () => startedMs,
    untilSamplingMs() {
      if (startedMs === null || first?.step !== 1) return null;
      return Math.max(0, first.atMs - startedMs - (stepMs() ?? 0));
    },
    stepMs,
  };
}
