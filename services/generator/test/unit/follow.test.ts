import { describe, expect, test } from 'vitest';
import type { ComfyClient, HistoryEntry } from '../../src/comfy/client.ts';
import { HostUnreachable } from '../../src/comfy/errors.ts';
import { follow } from '../../src/run/follow.ts';
import { buildSign } from '../../src/run/prompts-in-flight.ts';

const done: HistoryEntry = { outputs: {}, status: { status_str: 'success', completed: true, messages: [] } };

/** A host that answers from a script, one line a look; the last line stays. */
function scripted(looks: ('running' | 'pending' | 'done' | 'unknown' | 'gone' | 'silent')[]) {
  const sign = buildSign();
  let clockMs = 0;
  let look = 0;
  const now = () => looks[Math.min(look, looks.length - 1)];
  const client = {
    history: () => {
      const at = now();
      if (at === 'gone' || at === 'silent') {
        look++;
        clockMs += at === 'gone' ? 2500 : 30_000;
        const cause = at === 'gone' ? { code: 'ECONNREFUSED' } : { name: 'TimeoutError' };
        return Promise.reject(new HostUnreachable('u', Object.assign(new Error('x'), cause)));
      }
      if (at === 'done') return Promise.resolve(done);
      return Promise.resolve(null);
    },
    where: () => {
      const at = now();
      look++;
      clockMs += 60_000;
      sign.give();
      return Promise.resolve(at === 'running' || at === 'pending' ? at : null);
    },
  } as unknown as ComfyClient;
  const run = ({ cancelled = false, deaf = false } = {}) =>
    follow({
      client,
      hostName: 'Atelier',
      followed: {
        promptId: 'p',
        nextSign: sign.next,
        lastStepMs: () => 0,
        isDeaf: () => deaf,
        cancelRequested: () => cancelled,
      },
      patience: { hangMs: 180_000, deafMs: 600_000 },
      silentMs: 30_000,
      pollMs: () => 60_000,
      signal: AbortSignal.timeout(15_000),
      now: () => clockMs,
    });
  return { run, looks: () => look };
}

describe('following a prompt', () => {
  test('a sign that comes while the host is asked is not slept through', async () => {
    // The poll interval is a minute: only the signs, each given during a look, can make this end in time.
    await expect(scripted(['pending', 'running', 'done']).run()).resolves.toBe(done);
  });

  test('a prompt that is missed once is on its way to the history; missed three times it is lost', async () => {
    await expect(scripted(['running', 'unknown', 'done']).run()).resolves.toBe(done);
    await expect(scripted(['running', 'unknown']).run()).rejects.toMatchObject({ failure: 'interrupted' });
  });

  test('a cancelled prompt that is gone was stopped at once', async () => {
    const host = scripted(['unknown']);
    await expect(host.run({ cancelled: true })).rejects.toMatchObject({ failure: 'interrupted' });
    expect(host.looks()).toBe(1);
  });

  test('silence counts from the last answer: one question of thirty seconds is enough', async () => {
    const host = scripted(['running', 'silent']);
    await expect(host.run()).rejects.toMatchObject({
      failure: 'host',
      message: expect.stringContaining('does not answer') as unknown,
    });
    expect(host.looks()).toBe(2);
  });

  test('a host that refuses connections for longer than three seconds is gone', async () => {
    await expect(scripted(['gone']).run()).rejects.toMatchObject({ failure: 'host' });
  });

  test('a host that comes back within that time is followed on', async () => {
    await expect(scripted(['running', 'gone', 'done']).run()).resolves.toBe(done);
  });

  test('no step for three minutes is a hang', async () => {
    await expect(scripted(['running']).run()).rejects.toMatchObject({
      failure: 'host',
      message: expect.stringContaining('no step') as unknown,
    });
  });

  test('steps that nobody can hear are not missed: a deaf prompt gets the longer time', async () => {
    const host = scripted(['running']);
    await expect(host.run({ deaf: true })).rejects.toMatchObject({
      message: expect.stringContaining('not ended') as unknown,
    });
    expect(host.looks()).toBeGreaterThan(10);
  });

  test('stops with the signal', async () => {
    const host = scripted(['pending']);
    const signal = AbortSignal.abort(new Error('this process stops'));
    const followed = {
      promptId: 'p',
      nextSign: () => new Promise<void>(() => undefined),
      lastStepMs: () => 0,
      isDeaf: () => false,
      cancelRequested: () => false,
    };
    const limits = { patience: { hangMs: 1, deafMs: 1 }, silentMs: 1, pollMs: () => 1 };
    await expect(
      follow({ client: {} as ComfyClient, hostName: 'A', followed, ...limits, signal, now: () => 0 }),
    ).rejects.toThrow('this process stops');
    expect(host.looks()).toBe(0);
  });
});
