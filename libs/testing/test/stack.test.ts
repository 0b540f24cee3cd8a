import { connectNats } from '@gaze/runtime';
import { catalogRpc, ledgerRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, startStack, testLog } from '../src/index.ts';
import type { TestStack } from '../src/index.ts';

describe('startStack', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ generators: 2 });
  });
  afterAll(async () => {
    await stack.stop();
  });

  const hosts = async (): Promise<unknown> => {
    const answer = await fetch(`${stack.url}/api/v1/hosts`, { headers: { 'x-api-key': stack.apiKey } });
    return answer.json();
  };

  test('raises the house with its stand-ins, and an API key that may everything', async () => {
    expect(Object.keys(stack.standIns)).toEqual(['Atelier', 'Cellar']);
    await eventually(async () => {
      expect(await hosts()).toMatchObject({
        hosts: [
          { name: 'Atelier', state: 'up' },
          { name: 'Cellar', state: 'up' },
        ],
      });
    });
  });

  test('lets a test kill a part, which its supervisor starts again, and hold one down', async () => {
    const generator = stack.process('generator-2');
    const before = generator.pid;
    generator.kill('SIGKILL');
    await eventually(() => expect(generator.pid).not.toBe(before));
    const gateway = stack.process('gateway');
    await gateway.hold();
    expect(gateway.pid).toBeNull();
    await expect(hosts()).rejects.toThrow();
    await gateway.resume();
    expect(await eventually(hosts)).toMatchObject({ hosts: expect.anything() as unknown });
  });

  test('gives every part its own rights on the bus, and no more', async () => {
    const { nats } = JSON.parse(await readFile(join(stack.stateDir, 'secrets.json'), 'utf8')) as {
      nats: Record<string, string>;
    };
    const as = (user: string) =>
      connectNats({ url: stack.bus.nc.getServer(), user, pass: nats[user], name: 'test', log: testLog() });
    const generator = await as('generator');
    const gateway = await as('gateway');
    try {
      const refused = { deadlineSeconds: 1 };
      await expect(callRpc(generator.nc, catalogRpc.keysList, {}, refused)).rejects.toMatchObject({
        code: 'unavailable',
      });
      expect(await callRpc(gateway.nc, catalogRpc.keysList, {})).toMatchObject({ keys: [{ name: 'test' }] });
      const fake = { job_id: 'x', dispatch: 1, holder: 'x', host_id: 'x', epoch: 1 };
      await expect(callRpc(gateway.nc, ledgerRpc.start, fake, refused)).rejects.toMatchObject({
        code: 'unavailable',
      });
    } finally {
      await generator.close();
      await gateway.close();
    }
  });
});
