import { catalogRpc, sessionsRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { testLog, verifies } from '@gaze/testing';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { buildKeys } from '../../src/keys/keys.ts';
import { testBus } from '../support/bus.ts';
import { testLibrary } from '../support/library.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

test(verifies('session.browsers', 'signed-in browsers are listed, and one or all others end'), async () => {
  await using bus = await testBus();
  await using on = await testLibrary();
  buildKeys({ db: on.db, log: testLog() }).serve(bus.nc);
  await bus.nc.flush();
  for (const name of ['desk', 'phone', 'lost'])
    await callRpc(bus.asker, catalogRpc.sessionOpen, { sha256: hash(name), days: 30, user_agent: name });
  const list = async () => (await callRpc(bus.asker, sessionsRpc.list, { sha256: hash('desk') })).sessions;
  const before = await list();
  expect(before.map((one) => [one.user_agent, one.is_this]).sort()).toEqual([
    ['desk', true],
    ['lost', false],
    ['phone', false],
  ]);
  expect(JSON.stringify(before)).not.toContain(hash('desk'));

  const id = before.find((one) => one.user_agent === 'lost')?.id ?? '';
  expect(await callRpc(bus.asker, sessionsRpc.close, { id })).toEqual({ closed: 1 });
  expect(await callRpc(bus.asker, sessionsRpc.close, { id })).toEqual({ closed: 0 });
  const lost = await callRpc(bus.asker, catalogRpc.authSession, { sha256: hash('lost') });
  expect(lost.principal).toBeNull();
  expect(await callRpc(bus.asker, sessionsRpc.close, { except: hash('desk') })).toEqual({ closed: 1 });
  expect((await list()).map((one) => one.user_agent)).toEqual(['desk']);

  expect(await callRpc(bus.asker, sessionsRpc.password, {})).toEqual({ hash: null });
  await callRpc(bus.asker, sessionsRpc.setPassword, { hash: '$argon2id$one' });
  await callRpc(bus.asker, sessionsRpc.setPassword, { hash: '$argon2id$two' });
  expect(await callRpc(bus.asker, sessionsRpc.password, {})).toEqual({ hash: '$argon2id$two' });
});
