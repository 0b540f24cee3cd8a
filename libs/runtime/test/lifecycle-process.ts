// A process for the test of the lifecycle: what it does is said by its argument, what happens by its messages.
import { buildLifecycle, buildLog } from '../src/index.ts';

const [, , scene] = process.argv;
const tell = (word: string): void => void process.send?.(word);
const lifecycle = buildLifecycle(buildLog({ service: 'lifecycle-test', level: 'fatal' }));
setInterval(() => undefined, 60_000);

await lifecycle.run(() => {
  lifecycle.onStop('first', () => tell('first stopped'));
  if (scene === 'broken part') {
    lifecycle.onStop('second', () => Promise.reject(new Error('cannot stop')));
  }
  lifecycle.onStop('last', async () => {
    await Promise.resolve();
    tell('last stopped');
  });
  if (scene === 'broken start') throw new Error('the database is not there');
  tell('ready');
  if (scene === 'rejection') void Promise.reject(new Error('nobody listens'));
  if (scene === 'fatal twice') {
    lifecycle.fatal(new Error('once'));
    lifecycle.fatal(new Error('twice'));
  }
  return Promise.resolve();
});
