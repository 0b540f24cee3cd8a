import { launch } from './launcher/launch.ts';
import { buildSay } from './launcher/say.ts';
import { readLaunchSettings } from './launcher/settings.ts';
import { SpokenError } from './launcher/spoken-error.ts';

const say = buildSay();
const began = performance.now();

const stop = new AbortController();
const force = new AbortController();

function onSignal(): void {
  if (stop.signal.aborted) {
    force.abort();
    process.exit(1);
  }
  say.plain('\n  Stopping. Press Ctrl-C again to end at once.');
  stop.abort(new Error('stopped'));
}

async function main(): Promise<void> {
  const settings = readLaunchSettings(process.argv.slice(2), process.env);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  say.plain('');
  const house = await launch({ settings, env: process.env, say, stop: stop.signal, force: force.signal });
  say.step('ready', `in ${((performance.now() - began) / 1000).toFixed(1)} s; Ctrl-C stops it`);
  say.plain(`\n  Open  ${house.openUrl}`);
  if (house.outsideUrls.length > 0) say.plain(`  From other machines  ${house.outsideUrls.join('  ')}`);
  say.plain('');
  await new Promise<void>((resolve) => {
    if (stop.signal.aborted) resolve();
    else stop.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await house.stop();
}

try {
  await main();
  say.plain('  Stopped.');
  process.exit(0);
} catch (error) {
  // Ctrl-C also reaches programs that a first start runs; the signal itself is heard a moment later.
  await new Promise((resolve) => setImmediate(resolve));
  if (stop.signal.aborted) {
    say.plain('  Stopped.');
    process.exit(0);
  }
  if (!(error instanceof SpokenError)) throw error;
  say.error(`\n${error.message}\n`);
  process.exit(1);
}
