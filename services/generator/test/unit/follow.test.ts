import { describe, expect, test } from 'vitest';
import type { ComfyClient, HistoryEntry } from '../../src/comfy/client.ts';
import { HostUnreachable } from '../../src/comfy/errors.ts';
import { follow } from '../../src/run/follow.ts';
import { buildSign } from '../../src/run/prompts-in-flight.ts';

const done: HistoryEntry = { outputs: {}, status: { status_str: 'success', completed: true, messages: [] } };

/** A host that answers from a script, one line a look; the last line stays. */
function scripted(looks: ('running' | 'pending' | 'done' | 'unknown' | 'gone')[]) {
  const sign = buildSign();
  let clockMs = 0;
  let look = 0;
  const now = () => looks[Math.min(look, looks.length - 1)];
  const client = {
    history: () => {
      const at = now();
      if (at === 'gone') {
        look++;
        clockMs += 2500;
        return Promise.reject(
          new HostUnreachable('u', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })),
        );
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
  const run = (cancelled = false) =>
    follow({
      client,
      hostName: 'Atelier',
      followed: {
        promptId: 'p',
        nextSign: sign.next,
        startedMs: () => null,
        lastStepMs: () => 0,
        cancelRequested: () => cancelled,
      },
      loadMs: 1000,
      pollMs: 60_000,
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
    await expect(host.run(true)).rejects.toMatchObject({ failure: 'interrupted' });
    expect(host.looks()).toBe(1);
  });

  test('a host that refuses connections for longer than four seconds is gone', async () => {
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

  test('stops with the signal', async () => {
    const host = scripted(['pending']);
    const signal = AbortSignal.abort(new Error('this process stops'));
    const followed = {
      promptId: 'p',
      nextSign: () => new Promise<void>(() => undefined),
      startedMs: () => null,
      lastStepMs: () => 0,
      cancelRequested: () => false,
    };
    const client = {} as ComfyClient;
    await expect(
      follow({ client, hostName: 'A', followed, loadMs: 1, pollMs: 1, signal, now: () => 0 }),
    ).rejects.toThrow('this process stops');
    expect(host.looks()).toBe(0);
  });
});
