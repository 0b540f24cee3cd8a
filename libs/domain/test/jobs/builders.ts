import { needOf } from '../../src/jobs/index.ts';
import type { Need, OutstandingJob, PlacingHost, WaitingJob } from '../../src/jobs/index.ts';

const needs = new Map<string, Need>();

/** The need of a checkpoint and LoRAs; equal ones are one object, as on the scheduler's board. */
export function need(checkpoint = 'paper', ...loras: string[]): Need {
  const made = needOf([
    { kind: 'checkpoint', name: checkpoint },
    ...loras.map((name) => ({ kind: 'lora' as const, name })),
  ]);
  const known = needs.get(made.key) ?? made;
  needs.set(made.key, known);
  return known;
}

export function waiting(id: string, more: Partial<WaitingJob> = {}): WaitingJob {
  return {
    ...{
      id,
      lane: 'batch',
      priority: 0,
      createdAtMs: 0,
      need: need(),
      stickyHost: null,
      avoidHosts: [],
      unfitHosts: [],
    },
    ...{ notBeforeMs: null, deadlineMs: 1e9 },
    ...more,
  };
}

export function outstanding(id: string, more: Partial<OutstandingJob> = {}): OutstandingJob {
  return { id, urgent: false, need: need(), startedMs: null, ...more };
}

export const everything: ReadonlySet<string> = new Set(
  ['paper', 'inkwell', 'slate', 'linen'].map((name) => `checkpoint:${name}`).concat(['lora:a', 'lora:b']),
);

export function host(id: string, more: Partial<PlacingHost> = {}): PlacingHost {
  return {
    ...{
      id,
      name: id.toUpperCase(),
      url: `http://${id}:8188`,
      state: 'up',
      reason: 'It answers.',
      held: true,
      files: everything,
    },
    ...{
      loaded: { checkpoint: null, loraSet: '' },
      outstanding: [],
      imageMs: 1000,
      loadMs: 5000,
      closedUntilMs: 0,
    },
    ...more,
  };
}
