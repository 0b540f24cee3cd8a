import { describe, expect, test } from 'vitest';
import {
  busPermissions,
  busUsers,
  catalogRpc,
  hostRpc,
  inboxPrefix,
  ledgerRpc,
  llmRpc,
  llmWorkerRpc,
  streams,
  subjects,
  tagsRpc,
} from '../src/index.ts';
import type { BusUser } from '../src/index.ts';

/** NATS's own rule: `*` is one word, `>` at the end is one or more. */
function covers(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const words = subject.split('.');
  for (const [i, word] of wanted.entries()) {
    if (word === '>') return words.length > i;
    if (words[i] === undefined || (word !== '*' && word !== words[i])) return false;
  }
  return wanted.length === words.length;
}

const maySay = (user: BusUser, subject: string) =>
  busPermissions[user].publish.some((pattern) => covers(pattern, subject));
const mayHear = (user: BusUser, subject: string) =>
  busPermissions[user].subscribe.some((pattern) => covers(pattern, subject));
const subjectsOf = (rpc: Readonly<Record<string, { subject: string }>>) =>
  Object.values(rpc).map(({ subject }) => subject);
const speakers = (subject: string) => busUsers.filter((user) => maySay(user, subject));

describe('the bus permissions', () => {
  test('let every question be asked by somebody and heard by the catalog alone', () => {
    const questions = [catalogRpc, ledgerRpc, hostRpc, llmRpc].flatMap(subjectsOf);
    for (const subject of questions) {
      expect(speakers(subject), subject).not.toEqual([]);
      expect(
        busUsers.filter((user) => mayHear(user, subject)),
        subject,
      ).toEqual(['catalog']);
    }
  });

  test('let the tag server and the workers answer their own questions, beside the catalog', () => {
    for (const subject of subjectsOf(tagsRpc)) {
      expect(busUsers.filter((user) => mayHear(user, subject))).toEqual(['catalog', 'danbooru-mcp']);
      expect(speakers(subject)).toEqual(['gateway', 'llm-worker']);
    }
    for (const subject of subjectsOf(llmWorkerRpc)) {
      expect(busUsers.filter((user) => mayHear(user, subject))).toEqual(['catalog', 'llm-worker']);
      expect(speakers(subject)).toEqual(['gateway']);
    }
    const answering = busUsers.filter((user) => busPermissions[user].respond);
    expect(answering).toEqual(['catalog', 'generator', 'llm-worker', 'danbooru-mcp']);
  });

  test('let the LLM jobs be reported by workers alone, who cannot pass for generators', () => {
    for (const subject of subjectsOf(llmRpc)) expect(speakers(subject), subject).toEqual(['llm-worker']);
    expect(maySay('llm-worker', subjects.heartbeat('r1'))).toBe(false);
    expect(mayHear('llm-worker', subjects.control('0123456789ab'))).toBe(false);
    expect(mayHear('llm-worker', subjects.control('llm'))).toBe(true);
  });

  test('let the ledger be written by generators alone', () => {
    const { attempts, ...writes } = ledgerRpc;
    for (const subject of subjectsOf(writes)) expect(speakers(subject), subject).toEqual(['generator']);
    expect(speakers(attempts.subject)).toEqual(['generator', 'operator']);
  });

  test.each(['keysCreate', 'keysRegenerate', 'sessionOpen', 'settingsSet'] as const)(
    'keep generators and workers from %s',
    (question) => {
      expect(speakers(catalogRpc[question].subject)).toEqual(['gateway', 'operator']);
    },
  );

  test('let the catalog alone dispatch work, tell events and give orders', () => {
    for (const subject of [
      subjects.imageJobs('0123456789ab'),
      subjects.llmJobs('batch'),
      subjects.events,
      subjects.control('h'),
    ]) {
      expect(speakers(subject), subject).toEqual(['catalog']);
    }
    expect(speakers('$JS.API.STREAM.DELETE.IMAGE_JOBS')).toEqual(['catalog']);
  });

  test('let a generator pull and acknowledge image jobs, and no others', () => {
    const next = (stream: string) => `$JS.API.CONSUMER.MSG.NEXT.${stream}.c1`;
    expect(maySay('generator', next(streams.image.name))).toBe(true);
    expect(maySay('generator', `$JS.ACK.${streams.image.name}.c1.1.2.3.4.5`)).toBe(true);
    expect(maySay('generator', next(streams.llm.name))).toBe(false);
    expect(maySay('gateway', next(streams.image.name))).toBe(false);
  });

  test('carry progress from the generator to whoever shows it', () => {
    for (const subject of [subjects.progress('j1'), subjects.preview('j1')]) {
      expect(maySay('generator', subject), subject).toBe(true);
      expect(mayHear('gateway', subject), subject).toBe(true);
      expect(maySay('gateway', subject), subject).toBe(false);
    }
    expect(
      maySay('generator', subjects.heartbeat('r1')) && mayHear('catalog', subjects.heartbeat('r1')),
    ).toBe(true);
  });

  test('keep answers private: each hears its own inbox and no other', () => {
    for (const owner of busUsers) {
      const answer = `${inboxPrefix(owner)}.abc.1`;
      expect(
        busUsers.filter((user) => mayHear(user, answer)),
        owner,
      ).toEqual([owner]);
    }
  });

  test('make an inbox of any user name without opening a wildcard', () => {
    expect(inboxPrefix('a.*.>')).toBe('_INBOX.a____');
  });
});
