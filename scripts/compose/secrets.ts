import { randomBytes } from 'node:crypto';
import { busUsers } from '@gaze/contracts';
import { busPasswordName } from './names.ts';

/** nats-server reads a variable as a value of its own language: letters first, so that none is ever a number. */
const newSecret = (): string => `k${randomBytes(24).toString('hex')}`;
/** Parts of addresses and of nats-server's configuration: nothing that would have to be escaped there. */
const plain = /^[A-Za-z][A-Za-z0-9_-]{15,}$/;
const longEnough = 8;

const machineSecrets = (): string[] => [
  'POSTGRES_PASSWORD',
  'S3_SECRET_KEY',
  ...busUsers.map(busPasswordName),
];

/** A value for every secret of the stack. */
export function newSecrets(): Record<string, string> {
  return {
    ...Object.fromEntries(machineSecrets().map((name) => [name, newSecret()])),
    S3_ACCESS_KEY: `gaze${randomBytes(6).toString('hex')}`,
    GAZE_PASSWORD: randomBytes(15).toString('base64url'),
  };
}

/** What is wrong with secrets that somebody chose: a sentence each. */
export function weakSecrets(env: ReadonlyMap<string, string>): string[] {
  const bad = machineSecrets().filter((name) => {
    const value = env.get(name) ?? '';
    return value !== '' && !plain.test(value);
  });
  const password = env.get('GAZE_PASSWORD') ?? '';
  return [
    ...bad.map(
      (name) =>
        `${name} has to begin with a letter and have sixteen or more letters, digits, - and _. Empty it, and a good one is made.`,
    ),
    ...(password !== '' && password.length < longEnough
      ? ['GAZE_PASSWORD has fewer than eight characters. Choose a longer one.']
      : []),
  ];
}
