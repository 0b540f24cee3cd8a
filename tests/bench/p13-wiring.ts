import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Row } from './row.ts';
import { round } from './row.ts';

const script = join(import.meta.dirname, '../../libs/domain/test/bench/prompt-and-wiring.ts');

/** P13: prompts and graph of one job, measured in a process of its own. */
export function promptAndWiring(): Row {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the measurement of P13 failed: ${stderr}`);
  const measured = JSON.parse(stdout) as { goal_ms: number; build_and_wire: number; parse_snapshot: number };
  return {
    id: 'P13',
    measured: 'prompts and wiring of one job: median',
    against: `${measured.goal_ms} ms; beside it: JSON.parse of its snapshot`,
    ratio: round(measured.build_and_wire / measured.goal_ms),
    goal: 1,
    better: 'less',
    absolute: {
      build_and_wire_ms: round(measured.build_and_wire, 4),
      parse_snapshot_ms: round(measured.parse_snapshot, 4),
      times_parse: round(measured.build_and_wire / measured.parse_snapshot, 1),
    },
  };
}
