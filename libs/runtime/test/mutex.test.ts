import { expect, test } from 'vitest';
import { buildKeyedMutex } from '../src/index.ts';

/** A task whose end the test decides. */
function held<T>(value: T): { task: () => Promise<T>; started: Promise<void>; release: () => void } {
  const start = Promise.withResolvers<undefined>();
  const end = Promise.withResolvers<undefined>();
  const task = async (): Promise<T> => {
    start.resolve(undefined);
    await end.promise;
    return value;
  };
  return { task, started: start.promise, release: () => end.resolve(undefined) };
}

test('tasks of one key run after each other, in the order in which they came', async () => {
  const mutex = buildKeyedMutex();
  const order: string[] = [];
  const first = held('first');
  const results = [
    mutex.run('a', async () => {
      const value = await first.task();
      order.push(value);
      return value;
    }),
    ...['second', 'third'].map((name) =>
      mutex.run('a', () => {
        order.push(name);
        return Promise.resolve(name);
      }),
    ),
  ];
  await first.started;
  expect(order).toEqual([]);
  first.release();
  expect(await Promise.all(results)).toEqual(['first', 'second', 'third']);
  expect(order).toEqual(['first', 'second', 'third']);
});

test('tasks of different keys do not wait for each other', async () => {
  const mutex = buildKeyedMutex();
  const blocked = held(1);
  const waiting = mutex.run('a', blocked.task);
  expect(await mutex.run('b', () => Promise.resolve(2))).toBe(2);
  blocked.release();
  expect(await waiting).toBe(1);
});

test('a task that fails is told to its caller alone and lets the next one run', async () => {
  const mutex = buildKeyedMutex();
  const failing = mutex.run('a', () => Promise.reject(new Error('broken')));
  const next = mutex.run('a', () => Promise.resolve('fine'));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('fine');
});

test('a task that throws before it is a promise does no harm either', async () => {
  const mutex = buildKeyedMutex();
  const failing = mutex.run('a', () => {
    throw new Error('at once');
  });
  await expect(failing).rejects.toThrow('at once');
  expect(await mutex.run('a', () => Promise.resolve(1))).toBe(1);
});

test('a key may be used again while its last task ends', async () => {
  const mutex = buildKeyedMutex();
  let running = 0;
  let most = 0;
  const task = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  };
  await Promise.all(Array.from({ length: 50 }, () => mutex.run('a', task).then(() => mutex.run('a', task))));
  expect(most).toBe(1);
});
