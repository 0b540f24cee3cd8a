import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/*
 * npm run test:faults [-- --seeds 1,2,3] [-- --count 20]
 * Runs every fault test, and the adversary with its long plan for each seed. Without seeds it draws three and prints
 * them: the same seeds give the same plan.
 */
const { values } = parseArgs({
  options: { seeds: { type: 'string' }, count: { type: 'string', default: '3' } },
});
const drawn = Array.from({ length: Number(values.count) }, () => Math.floor(Math.random() * 1e9));
const seeds = values.seeds ?? drawn.join(',');
process.stdout.write(`seeds: ${seeds}\n`);

const runner = join(import.meta.dirname, '../../scripts/test.ts');
const child = spawn(process.execPath, [runner, 'tests/faults'], {
  stdio: 'inherit',
  env: { ...process.env, GAZE_FAULT_SEEDS: seeds, GAZE_FAULT_LONG: '1' },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => {
  process.stdout.write(`seeds: ${seeds}\n`);
  process.exitCode = code ?? 1;
});
