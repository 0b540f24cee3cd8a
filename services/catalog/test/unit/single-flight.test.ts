import { eventually } from '@gaze/testing';
import { expect, test } from 'vitest';
import { singleFlight } from '../../src/single-flight.ts';

test('work never runs beside itself, and a wish during a run is one more run', async () => {
  let running = 0;
  let runs = 0;
  let end: () => void = () => undefined;
  const flight = singleFlight(
    async () => {
      expect(++running).toBe(1);
      runs++;
      await new Promise<void>((resolve) => (end = resolve));
      running--;
    },
    () => undefined,
  );
  flight.wake();
  flight.wake();
  flight.wake();
  expect(runs).toBe(1);
  end();
  await eventually(() => expect(runs).toBe(2));
  end();
  await eventually(() => expect(running).toBe(0));
  flight.wake();
  expect(runs).toBe(3);
  const stopped = flight.stop();
  end();
  await stopped;
  flight.wake();
  expect(runs).toBe(3);
});

test('a failure is told and the next wish runs', async () => {
  const failures: unknown[] = [];
  let runs = 0;
  const flight = singleFlight(
    () => (++runs === 1 ? Promise.reject(new Error('once')) : Promise.resolve()),
    (error) => failures.push(error),
  );
  flight.wake();
  await eventually(() => expect(failures).toHaveLength(1));
  await eventually(() => {
    flight.wake();
    expect(runs).toBeGreaterThan(1);
  });
  await flight.stop();
});
