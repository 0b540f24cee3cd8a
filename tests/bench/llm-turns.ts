import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Row } from './row.ts';
import { round } from './row.ts';

const script = join(import.meta.dirname, '../../services/llm-worker/bench/turns.ts');

/** LLM: the worker's own processor time per request to the model, measured in a process of its own. */
export function llmTurns(): Row {
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  if (stdout.trim() === '') throw new Error(`the measurement of LLM failed: ${stderr}`);
  const measured = JSON.parse(stdout) as {
    jobs_side_by_side: number;
    turns: number;
    cpu_ms_per_turn: { p50: number; p95: number };
    goal_ms: number;
  };
  const { p50, p95 } = measured.cpu_ms_per_turn;
  return {
    id: 'LLM',
    measured: `processor time of the LLM worker per turn, ${measured.jobs_side_by_side} jobs side by side: p95`,
    against: `${measured.goal_ms} ms`,
    ratio: round(p95 / measured.goal_ms),
    goal: 1,
    better: 'less',
    absolute: { p50_ms: round(p50, 3), p95_ms: round(p95, 3), turns: measured.turns },
  };
}
