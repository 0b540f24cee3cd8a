import { expect, test } from 'vitest';
import { buildBoard } from '../../../src/scheduler/board.ts';
import type { OpenRow } from '../../../src/scheduler/board.ts';

const row = (id: string, checkpoint: string): OpenRow => ({
  ...{ id, status: 'waiting', lane: 'batch', priority: 0, files: [{ kind: 'checkpoint', name: checkpoint }] },
  ...{ host_id: null, dispatch: 0, attempt: 0, front: false, reason: null, avoid_hosts: [], unfit_hosts: [] },
  ...{ fair_ms: 0, stream_incarnation: null, stream_sequence: null, created_ms: 1, dispatched_ms: 0 },
  ...{ started_ms: null, heartbeat_ms: 0, not_before_ms: null },
});

test('open jobs and how mixed their checkpoints are follow what is taken, each job once', () => {
  const board = buildBoard({ nowMs: () => 0 });
  expect(board.counts()).toEqual({ open: 0, switchShare: 0 });
  board.take([row('a', 'paper'), row('b', 'paper')]);
  expect(board.counts()).toEqual({ open: 2, switchShare: 0 });
  board.take([row('b', 'paper'), row('c', 'inkwell'), row('d', 'inkwell')]);
  expect(board.counts()).toEqual({ open: 4, switchShare: 0.5 });
});
