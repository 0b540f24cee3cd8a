import { expect, test } from 'vitest';
import { z } from 'zod';
import { commonEnv, parseEnv } from '../src/index.ts';

const Env = z.object({
  ...commonEnv,
  ACK_WAIT_SECONDS: z.coerce.number().int().min(1),
  DATA_DIR: z.string(),
});

test('what is given is converted, what is absent has its default, and nobody can change it', () => {
  const env = parseEnv(Env, { ACK_WAIT_SECONDS: '30', DATA_DIR: 'data', LOG_LEVEL: 'debug' });
  expect(env).toMatchObject({ ACK_WAIT_SECONDS: 30, LOG_LEVEL: 'debug', NATS_URL: 'nats://127.0.0.1:4222' });
  expect(env.SERVICE_INSTANCE).toMatch(/^[0-9a-f]{8}$/);
  expect(env.HEALTH_PORT).toBeUndefined();
  expect(Object.isFrozen(env)).toBe(true);
});

test('an empty variable is an absent one', () => {
  const env = parseEnv(Env, {
    ACK_WAIT_SECONDS: '1',
    DATA_DIR: 'x',
    LOG_LEVEL: '',
    NATS_USER: '',
    HEALTH_PORT: '',
  });
  expect(env).toMatchObject({ LOG_LEVEL: 'info' });
  expect(env.NATS_USER).toBeUndefined();
  expect(env.HEALTH_PORT).toBeUndefined();
});

test('variables that nobody asked for are left out', () => {
  expect(parseEnv(Env, { ACK_WAIT_SECONDS: '1', DATA_DIR: 'x', AWS_SECRET: 's' })).not.toHaveProperty(
    'AWS_SECRET',
  );
});

test('every bad variable is listed, a line each, without its value', () => {
  const bad = { ACK_WAIT_SECONDS: 'soon', HEALTH_PORT: '70000', SERVICE_INSTANCE: 'hunter2 *' };
  expect(() => parseEnv(Env, bad)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/^These environment variables are not right:\n/) as string,
    }),
  );
  try {
    parseEnv(Env, bad);
  } catch (error) {
    const lines = (error as Error).message.split('\n').slice(1);
    expect(lines.map((line) => line.trim().split(':')[0]).sort()).toEqual([
      'ACK_WAIT_SECONDS',
      'DATA_DIR',
      'HEALTH_PORT',
      'SERVICE_INSTANCE',
    ]);
    expect(lines.join()).not.toContain('hunter2');
  }
});
