import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './check-run/run-checks.ts';
import { ensureBrowser, installedBrowser } from './launcher/browser.ts';
import { locateNatsServer } from './launcher/nats/locate.ts';
import { root, stateFolder } from './launcher/paths.ts';
import { buildSay } from './launcher/say.ts';
import { SpokenError } from './launcher/spoken-error.ts';
import { buildWebWhenStale } from './launcher/web-build.ts';
import { startTestServer } from './test-run/environment.ts';
import { planTests } from './test-run/plan.ts';
import { addCounts, readPlaywrightCounts, readVitestCounts } from './test-run/results.ts';
import type { Counts } from './test-run/results.ts';

const say = buildSay();
const reports = join(stateFolder(process.env), 'test');
const none: Counts = { passed: 0, failed: 0, skipped: 0 };

let running: ChildProcess | null = null;
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopped = true;
    running?.kill(signal);
  });
}

async function main(): Promise<void> {
  const plan = planTests(process.argv.slice(2));
  const whole = plan.check;
  const browserConfig = join(root, 'tests/e2e/playwright.config.ts');
  const withBrowser = plan.browser !== null && existsSync(browserConfig);
  mkdirSync(reports, { recursive: true });

  const nats = await locateNatsServer(process.env, (line) => say.step('nats', line));
  say.step('nats', `nats-server ${nats.version.join('.')} (${nats.source})`);
  const chromium = withBrowser
    ? await ensureBrowser(process.env, root, (line) => say.step('browser', line))
    : installedBrowser(process.env);
  if (chromium !== null) say.step('browser', chromium);
  const checked = whole ? await runChecks(root, say) : true;
  if (withBrowser || whole) await buildWebWhenStale(root, (line) => say.step('web', line));
  const server = await startTestServer(root);
  say.step('postgres', 'a server for this run is up');
  const env = {
    ...process.env,
    GAZE_TEST_DATABASE_URL: server.url,
    // What a test that was cut off leaves behind is found and ended with the run.
    TMPDIR: server.folder,
    GAZE_NATS_BIN: nats.path,
    ...(chromium === null ? {} : { GAZE_CHROMIUM: chromium }),
  };
  try {
    const vitest = plan.vitest === null || isStopped() ? none : await runVitest(plan.vitest, env, whole);
    const browser =
      !withBrowser || isStopped() ? none : await runBrowserTests(browserConfig, plan.browser ?? [], env);
    const total = addCounts(vitest, browser);
    // A full run counts what is skipped as red: nobody would look at it again.
    const skipped = whole && total.skipped > 0;
    if (!checked) say.error('\nThe checks above failed.');
    if (skipped) say.error(`\n${total.skipped} tests are skipped; a test runs or goes.`);
    if (whole || withBrowser)
      say.plain(
        `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
      );
    if (!checked || skipped || total.failed > 0 || isStopped()) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

/** Answers the runner's own verdict as a failure where the report counts none: an error outside of any test. */
async function runVitest(args: string[], env: NodeJS.ProcessEnv, whole: boolean): Promise<Counts> {
  const report = join(reports, 'vitest.json');
  rmSync(report, { force: true });
  const reporting = whole
    ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, '--allowOnly=false']
    : [];
  const mode = args.includes('--watch') ? [] : ['run'];
  const code = await runTool(['node_modules/vitest/vitest.mjs', ...mode, ...reporting, ...args], env);
  if (!whole) return { ...none, failed: code === 0 ? 0 : 1 };
  return withVerdict(existsSync(report) ? readVitestCounts(report) : none, code);
}

async function runBrowserTests(config: string, args: string[], env: NodeJS.ProcessEnv): Promise<Counts> {
  const report = join(reports, 'playwright.json');
  rmSync(report, { force: true });
  const cli = 'node_modules/@playwright/test/cli.js';
  const code = await runTool([cli, 'test', '--config', config, '--reporter', 'list,json', ...args], {
    ...env,
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  return withVerdict(existsSync(report) ? readPlaywrightCounts(report) : none, code);
}

function withVerdict(counts: Counts, code: number): Counts {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function runTool([script = '', ...args]: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    running = spawn(process.execPath, [join(root, script), ...args], { cwd: root, env, stdio: 'inherit' });
    running.once('error', () => resolve(1));
    running.once('exit', (code) => resolve(code ?? 1));
  });
}

function isStopped(): boolean {
  return stopped;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SpokenError)) throw error;
  say.error(error.message);
  process.exitCode = 1;
}
