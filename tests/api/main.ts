import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/*
 * npm run test:api [-- --cases 10000] [--seed 7]
 * Generated requests from the OpenAPI document against a whole house, so many for each route class.
 */
const { values } = parseArgs({
  options: { cases: { type: 'string', default: '10000' }, seed: { type: 'string' } },
});
const seed = values.seed ?? String(Math.floor(Math.random() * 1e9));
process.stdout.write(`seed: ${seed}\n`);
const runner = join(import.meta.dirname, '../../scripts/test.ts');
const child = spawn(process.execPath, [runner, 'tests/stack/generated'], {
  stdio: 'inherit',
  env: { ...process.env, GAZE_API_CASES: values.cases, GAZE_API_SEED: seed },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => {
  process.stdout.write(`seed: ${seed}\n`);
  process.exitCode = code ?? 1;
});
