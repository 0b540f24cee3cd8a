import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/*
 * npm run screenshots [-- FOLDER]
 * A picture of every page on the sample library: both themes, desk, phone and 4K. Into test-results/screenshots, or FOLDER.
 */
const root = join(import.meta.dirname, '../..');
const usual = join(root, 'test-results/screenshots');
const named = process.argv[2];
const folder = named === undefined ? usual : resolve(named);
if (named === undefined) rmSync(usual, { recursive: true, force: true });
const child = spawn(process.execPath, [join(root, 'scripts/test.ts'), 'tests/e2e/pages.shots.ts'], {
  stdio: 'inherit',
  env: { ...process.env, GAZE_SCREENSHOTS: folder },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => {
  if (code === 0) process.stdout.write(`The pictures are in ${folder}\n`);
  process.exitCode = code ?? 1;
});
