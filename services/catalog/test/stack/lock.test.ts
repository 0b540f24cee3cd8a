import { eventually, startPostgres, testLog } from '@gaze/testing';
import { expect, test } from 'vitest';
import { buildLock } from '../../src/lock.ts';
import { catalogDatabase } from '../support/database.ts';

function lockOn(url: string) {
  const lost: Error[] = [];
  const lock = buildLock({ url, lost: (error) => lost.push(error), log: testLog() });
  return { lock, lost };
}

test('one catalog is active, the next waits until the first has gone', async () => {
  await using database = await catalogDatabase();
  const first = lockOn(database.database.url);
  const second = lockOn(database.database.url);
  await first.lock.acquire();
  expect(first.lock.notReady()).toBeNull();
  const waiting = second.lock.acquire();
  await eventually(() => expect(second.lock.notReady()).toContain('Another catalog is active'));
  await first.lock.release();
  await waiting;
  expect(second.lock.notReady()).toBeNull();
  expect([...first.lost, ...second.lost]).toEqual([]);
  await second.lock.release();
});

test('catalogs of different databases do not wait for each other', async () => {
  await using one = await catalogDatabase();
  await using two = await catalogDatabase();
  const locks = [lockOn(one.database.url), lockOn(two.database.url)];
  await Promise.all(locks.map(({ lock }) => lock.acquire()));
  await Promise.all(locks.map(({ lock }) => lock.release()));
});

test('a connection that ends is told at once, and once', async () => {
  await using postgres = await startPostgres();
  const { lock, lost } = lockOn(postgres.url);
  await lock.acquire();
  await postgres.stop();
  await eventually(() => expect(lost).toHaveLength(1));
  expect(lock.notReady()).not.toBeNull();
  await lock.release();
  expect(lost).toHaveLength(1);
});

test('a database that is away is waited for', async () => {
  await using postgres = await startPostgres();
  await postgres.stop();
  const { lock, lost } = lockOn(postgres.url);
  const waiting = lock.acquire();
  await eventually(() => expect(lock.notReady()).toBe('The database does not answer.'));
  await postgres.start();
  await waiting;
  expect(lock.notReady()).toBeNull();
  expect(lost).toEqual([]);
  await lock.release();
});

test('a stop ends the waiting', async () => {
  const stopping = new AbortController();
  const { lock } = lockOn('postgres://gaze@127.0.0.1:1/gaze');
  const waiting = lock.acquire(stopping.signal);
  const ended = expect(waiting).rejects.toThrow(/abort|stop/);
  stopping.abort(new Error('stop'));
  await ended;
  await lock.release();
});
