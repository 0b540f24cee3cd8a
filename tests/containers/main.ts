import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from '../../scripts/launcher/browser.ts';
import { root } from '../../scripts/launcher/paths.ts';
import { buildSay } from '../../scripts/launcher/say.ts';
import { openEngine } from './engine/engine.ts';
import { containersHome } from './engine/home.ts';
import { removeLeftovers } from './engine/leftovers.ts';
import { ensureImages } from './engine/stand-ins.ts';

/*
 * npm run test:containers [-- arguments of vitest]
 * Builds the images, brings the stack up and works with it. Takes the Docker of this machine, or starts an engine of its
 * own (as root on Debian). Where no engine can run it says so and is no failure; a stack that fails on one is.
 */
/** Enough on a machine with two cores of its own; one that is busy with other things may be given more. */
const limitMinutes = Number(process.env.GAZE_CONTAINERS_MINUTES ?? 15);
const say = buildSay();
const project = `gaze-test-${process.pid}`;
const home = containersHome(process.env);
mkdirSync(home, { recursive: true });
const engine = await openEngine(home, (line) => say.step('engine', line));
if (typeof engine === 'string') {
  say.warn('SKIPPED', `the container stack was not tested. ${engine}`);
  say.plain('\n0 passed, 0 failed, 1 skipped');
} else {
  try {
    await ensureImages({ env: engine.env, home, say: (line) => say.step('images', line) });
    const chromium = await ensureBrowser(process.env, root, (line) => say.step('browser', line));
    process.exitCode = await runTests({
      ...engine.env,
      GAZE_CHROMIUM: chromium,
      GAZE_CONTAINERS_DIR: home,
      GAZE_CONTAINERS_PROJECT: project,
    });
  } finally {
    await removeLeftovers(project, engine.env);
    await engine[Symbol.asyncDispose]();
  }
}

function runTests(env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const config = join(import.meta.dirname, 'vitest.config.ts');
    const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...process.argv.slice(2)], {
      cwd: root,
      env,
      stdio: 'inherit',
    });
    const limit = setTimeout(() => {
      say.error(`\nThe container tests took longer than ${limitMinutes} minutes and were ended.`);
      child.kill('SIGTERM');
    }, limitMinutes * 60_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.once('exit', (code) => {
      clearTimeout(limit);
      resolve(code ?? 1);
    });
  });
}
