import { createHash } from 'node:crypto';
import { catalogRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { testLog } from '@gaze/testing';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { buildKeys } from '../../src/keys/keys.ts';
import { forgetExpiredSessions, principalOfSession } from '../../src/keys/sessions.ts';
import { testBus } from '../support/bus.ts';
import { catalogDatabase } from '../support/database.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function served() {
  const bus = await testBus();
  const database = await catalogDatabase();
  buildKeys({ db: database.db, log: testLog() }).serve(bus.nc);
  await bus.nc.flush();
  const ask = bus.asker;
  return {
    ...{ db: database.db, ask },
    whoHas: async (secret: string) =>
      (await callRpc(ask, catalogRpc.authKey, { sha256: sha256(secret) })).principal,
    async [Symbol.asyncDispose]() {
      await bus[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

describe('API keys', () => {
  test('the secret is random, shown once, and stored as its hash alone', async () => {
    await using on = await served();
    const { key, secret } = await callRpc(on.ask, catalogRpc.keysCreate, {
      name: 'script',
      scopes: ['read', 'generate', 'read'],
    });
    expect(secret).toMatch(/^gaze_[A-Za-z0-9_-]{43}$/);
    expect(key).toMatchObject({
      name: 'script',
      scopes: ['read', 'generate'],
      prefix: secret.slice(0, 10),
      last_used_at: null,
    });
    const other = await callRpc(on.ask, catalogRpc.keysCreate, { name: 'other', scopes: ['read'] });
    expect(other.secret).not.toBe(secret);
    const dump = JSON.stringify(await on.db.selectFrom('api_key').selectAll().execute());
    expect(dump).not.toContain(secret.slice(10));
    expect(dump).toContain(sha256(secret));
    expect(JSON.stringify(await callRpc(on.ask, catalogRpc.keysList, {}))).not.toContain(secret.slice(10));
  });

  test('a secret is somebody, any other is nobody', async () => {
    await using on = await served();
    const { key, secret } = await callRpc(on.ask, catalogRpc.keysCreate, {
      name: 'script',
      scopes: ['generate'],
    });
    expect(await on.whoHas(secret)).toEqual({ id: `key:${key.id}`, name: 'script', scopes: ['generate'] });
    expect(await on.whoHas(`${secret}x`)).toBeNull();
    expect(await on.whoHas('')).toBeNull();
  });

  test('a name is given once', async () => {
    await using on = await served();
    await callRpc(on.ask, catalogRpc.keysCreate, { name: 'script', scopes: ['read'] });
    await expect(
      callRpc(on.ask, catalogRpc.keysCreate, { name: 'script', scopes: ['read'] }),
    ).rejects.toMatchObject({ code: 'conflict', field: 'name' });
  });

  test('a revoked key is nobody at once, and its name is free', async () => {
    await using on = await served();
    const { key, secret } = await callRpc(on.ask, catalogRpc.keysCreate, {
      name: 'script',
      scopes: ['read'],
    });
    await callRpc(on.ask, catalogRpc.keysRevoke, { id: key.id });
    expect(await on.whoHas(secret)).toBeNull();
    expect((await callRpc(on.ask, catalogRpc.keysList, {})).keys).toEqual([]);
    await expect(callRpc(on.ask, catalogRpc.keysRevoke, { id: key.id })).rejects.toMatchObject({
      code: 'not_found',
    });
    const again = await callRpc(on.ask, catalogRpc.keysCreate, { name: 'script', scopes: ['read'] });
    expect(await on.whoHas(again.secret)).not.toBeNull();
    expect(await on.whoHas(secret)).toBeNull();
  });

  test('regenerating by name ends the old secret, keeps the key, and makes it where there is none', async () => {
    await using on = await served();
    const first = await callRpc(on.ask, catalogRpc.keysRegenerate, { name: 'default', scopes: ['admin'] });
    const second = await callRpc(on.ask, catalogRpc.keysRegenerate, {
      name: 'default',
      scopes: ['generate'],
    });
    expect(second.key.id).toBe(first.key.id);
    expect(second.key.scopes).toEqual(['generate']);
    expect(await on.whoHas(first.secret)).toBeNull();
    expect(await on.whoHas(second.secret)).toMatchObject({ name: 'default' });
    expect((await callRpc(on.ask, catalogRpc.keysList, {})).keys).toHaveLength(1);
  });

  test('«last used» is told, and not written with every request', async () => {
    await using on = await served();
    const { secret } = await callRpc(on.ask, catalogRpc.keysCreate, { name: 'script', scopes: ['read'] });
    const lastUsed = async () => (await callRpc(on.ask, catalogRpc.keysList, {})).keys[0]?.last_used_at;
    await on.whoHas(secret);
    const first = await lastUsed();
    expect(first).toEqual(expect.any(String));
    await on.whoHas(secret);
    expect(await lastUsed()).toBe(first);
    await sql`UPDATE api_key SET last_used_at = now() - interval '2 minutes'`.execute(on.db);
    const aged = await lastUsed();
    await on.whoHas(secret);
    expect(await lastUsed()).not.toBe(aged);
  });
});

describe('sessions', () => {
  const session = { days: 30, user_agent: 'a browser' };
  const who = async (on: Awaited<ReturnType<typeof served>>, secret: string) =>
    (await callRpc(on.ask, catalogRpc.authSession, { sha256: sha256(secret) })).principal;

  test('an open session is the owner until it is closed', async () => {
    await using on = await served();
    expect(await callRpc(on.ask, catalogRpc.sessionOpen, { ...session, sha256: sha256('cookie') })).toEqual({
      opened: true,
    });
    expect(await who(on, 'cookie')).toMatchObject({ name: 'owner', scopes: ['admin'] });
    expect(await who(on, 'other')).toBeNull();
    await callRpc(on.ask, catalogRpc.sessionClose, { sha256: sha256('cookie') });
    expect(await who(on, 'cookie')).toBeNull();
    await callRpc(on.ask, catalogRpc.sessionClose, { sha256: sha256('cookie') });
  });

  test('a one-time token opens one session, whoever is faster', async () => {
    await using on = await served();
    const tries = Array.from({ length: 6 }, (_, i) =>
      callRpc(on.ask, catalogRpc.sessionOpen, {
        ...session,
        sha256: sha256(`cookie ${i}`),
        once: sha256('token'),
      }),
    );
    const opened = (await Promise.all(tries)).filter((reply) => reply.opened);
    expect(opened).toHaveLength(1);
    expect(
      await callRpc(on.ask, catalogRpc.sessionOpen, {
        ...session,
        sha256: sha256('late'),
        once: sha256('token'),
      }),
    ).toEqual({ opened: false });
    expect(await who(on, 'late')).toBeNull();
    expect(
      await callRpc(on.ask, catalogRpc.sessionOpen, {
        ...session,
        sha256: sha256('new'),
        once: sha256('another'),
      }),
    ).toEqual({ opened: true });
  });

  test('a token whose session could not be stored is not used up', async () => {
    await using on = await served();
    await callRpc(on.ask, catalogRpc.sessionOpen, { ...session, sha256: sha256('same') });
    await expect(
      callRpc(on.ask, catalogRpc.sessionOpen, { ...session, sha256: sha256('same'), once: sha256('t') }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(
      await callRpc(on.ask, catalogRpc.sessionOpen, {
        ...session,
        sha256: sha256('fresh'),
        once: sha256('t'),
      }),
    ).toEqual({ opened: true });
  });

  test('an expired session is nobody, and is forgotten', async () => {
    await using on = await served();
    await callRpc(on.ask, catalogRpc.sessionOpen, { ...session, sha256: sha256('cookie') });
    await callRpc(on.ask, catalogRpc.sessionOpen, { ...session, sha256: sha256('kept') });
    await on.db
      .updateTable('session')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where('sha256', '=', sha256('cookie'))
      .execute();
    expect(await principalOfSession(on.db, sha256('cookie'))).toBeNull();
    await forgetExpiredSessions(on.db);
    expect(await on.db.selectFrom('session').select('sha256').execute()).toEqual([
      { sha256: sha256('kept') },
    ]);
  });
});
