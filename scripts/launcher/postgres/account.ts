import { readFileSync } from 'node:fs';
import type { Account } from '../child.ts';

/** PostgreSQL refuses to run as root, so root runs it as one of these, the first that the machine knows. */
const candidates = ['postgres', 'nobody'];
const nobody: Account = { uid: 65534, gid: 65534 };

/** Who PostgreSQL runs as when `uid` starts it; undefined means: as who we are. */
export function chooseAccount(uid: number | undefined, passwd: string): Account | undefined {
  if (uid !== 0) return undefined;
  const accounts = new Map(parsePasswd(passwd).map((entry) => [entry.name, entry]));
  for (const name of candidates) {
    const entry = accounts.get(name);
    if (entry !== undefined && entry.uid !== 0) return { uid: entry.uid, gid: entry.gid };
  }
  return nobody;
}

/** Whether a user id has an entry: without one, initdb does not start. */
export function isKnownUser(uid: number, passwd: string): boolean {
  return parsePasswd(passwd).some((entry) => entry.uid === uid);
}

/** Text of the machine's user list; empty where there is none (Windows). */
export function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}

function parsePasswd(text: string): { name: string; uid: number; gid: number }[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined || !/^\d+$/.test(uid)) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
