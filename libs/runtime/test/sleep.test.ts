import { pino } from 'pino';
import { expect, test } from 'vitest';
import { every, sleep } from '../src/index.ts';

const log = pino({ level: 'silent' });

test('sleep ends with its signal', async () => {
  const waking = new AbortController();
  const long = sleep(60_000, waking.signal);
  waking.abort();
  await expect(long).rejects.toThrow();
  await expect(sleep(60_000, waking.signal)).rejects.toThrow();
  await sleep(1);
});

test('a repeated task never overlaps itself and survives its failures', async () => {
  let running = 0;
  let most = 0;
  let rounds = 0;
  const enough = Promise.withResolvers<undefined>();
  const repeated = every(
    1,
    async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(3);
      running -= 1;
      rounds += 1;
      if (rounds === 5) enough.resolve(undefined);
      if (rounds % 2 === 0) throw new Error('every other time');
    },
    log,
  );
  await enough.promise;
  repeated.stop();
  expect(most).toBe(1);
});

test('what was stopped before its first round never runs', async () => {
  let rounds = 0;
  const count = (): Promise<void> => {
    rounds += 1;
    return Promise.resolve();
  };
  const stopped = every(2, count, log);
  stopped.stop();
  const others = Promise.withResolvers<undefined>();
  const noted = (): Promise<void> => {
    others.resolve(undefined);
    return Promise.resolve();
  };
  const running = every(2, noted, log);
  await others.promise;
  running.stop();
  expect(rounds).toBe(0);
});
