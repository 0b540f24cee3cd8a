import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { busUsers } from '@gaze/contracts';
import type { BusUser } from '@gaze/contracts';

/** Passwords that the parts of this installation know each other by. Made at the first start, never shown. */
export interface Secrets {
  postgres: string;
  nats: Record<BusUser, string>;
}

/** File that catalog and llm-worker share, for secrets that cross the bus sealed. */
export const keyFileName = 'bus.key';

const newSecret = (): string => randomBytes(24).toString('base64url');

/** Reads the secrets of a state folder, and makes what is missing. */
export function loadSecrets(stateDir: string): Secrets {
  const file = join(stateDir, 'secrets.json');
  const known = readJson(file) as Partial<Secrets> | null;
  const secrets: Secrets = {
    postgres: known?.postgres ?? newSecret(),
    nats: Object.fromEntries(busUsers.map((user) => [user, known?.nats?.[user] ?? newSecret()])) as Record<
      BusUser,
      string
    >,
  };
  if (JSON.stringify(secrets) !== JSON.stringify(known)) writePrivate(file, JSON.stringify(secrets, null, 2));
  const keyFile = join(stateDir, keyFileName);
  if (readText(keyFile) === null) writePrivate(keyFile, randomBytes(32).toString('base64'));
  return secrets;
}

/** Writes a file that only this user reads, whole or not at all. */
export function writePrivate(file: string, text: string): void {
  const half = `${file}.${process.pid}`;
  writeFileSync(half, text, { mode: 0o600 });
  renameSync(half, file);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
