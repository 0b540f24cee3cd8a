import { subjects } from '@gaze/contracts';
import type { GazeEvent, SocketMessage } from '@gaze/contracts';
import { eventually, verifies } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keys, sessionSecret } from './canned-catalog.ts';
import { startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

let house: TestGateway;
beforeAll(async () => {
  house = await startGateway({ heartbeatMs: 150 });
  house.catalog.stream.beginAnew('stream-of-lines');
  house.gateway.onReconnect();
});
afterAll(() => house[Symbol.asyncDispose]());

interface Reader {
  /** The messages so far, each with the id that a browser would send back. */
  messages: { id: string | null; message: SocketMessage }[];
  ended: Promise<void>;
  close: () => void;
}

/** Reads the stream as any script would: lines, an empty one after each message. */
async function read(
  query = '',
  headers: Record<string, string> = { 'x-api-key': keys.read },
): Promise<Reader> {
  const stop = new AbortController();
  const answer = await fetch(`${house.url}/api/v1/events/stream${query}`, { headers, signal: stop.signal });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const messages: Reader['messages'] = [];
  const { body } = answer;
  if (body === null) throw new Error('the stream has no body');
  const follow = async (): Promise<void> => {
    let rest = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const line = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
        messages.push({ id: line('id'), message: JSON.parse(line('data') ?? 'null') as SocketMessage });
      }
    }
  };
  const ended = follow().catch(() => undefined);
  return { messages, ended, close: () => stop.abort() };
}

const problems = (count: number): GazeEvent => ({ type: 'problems.changed', count });
const happen = (event: GazeEvent): void => {
  house.bus.publish(subjects.events, JSON.stringify(house.catalog.stream.add(event)));
};
const counts = ({ messages }: Reader): number[] =>
  messages.flatMap(({ message }) =>
    message.type === 'event' && message.event.type === 'problems.changed' ? [message.event.count] : [],
  );

describe(verifies('events.stream', 'events as an ordinary request'), () => {
  test('come as they happen, and a reader that comes back with its last id misses none', async () => {
    const first = await read();
    await eventually(() => expect(first.messages[0]?.message.type).toBe('hello'));
    happen(problems(1));
    await eventually(() => expect(counts(first)).toEqual([1]));
    const last = first.messages.findLast(({ message }) => message.type === 'event')?.id;
    expect(last).toBe(house.catalog.stream.head());
    first.close();
    await first.ended;
    happen(problems(2));
    happen(problems(3));
    const second = await read('', { 'x-api-key': keys.read, 'last-event-id': last ?? '' });
    await eventually(() => expect(counts(second)).toEqual([2, 3]));
    second.close();
    const third = await read(`?token=${last}`);
    await eventually(() => expect(counts(third)).toEqual([2, 3]));
    third.close();
  });

  test('are those of the topics, with a sign of life that carries the place', async () => {
    const reader = await read('?topics=queue');
    await eventually(() => expect(reader.messages[0]?.message.type).toBe('hello'));
    happen(problems(4));
    await eventually(() => {
      const ping = reader.messages.findLast(({ message }) => message.type === 'ping');
      expect(ping?.id).toBe(house.catalog.stream.head());
    });
    expect(counts(reader)).toEqual([]);
    reader.close();
  });

  test('are told to load again after an unknown place', async () => {
    const reader = await read('?token=elsewhere:4');
    await eventually(() => expect(reader.messages.map(({ message }) => message.type)).toContain('reset'));
    reader.close();
  });

  test('end with the key that opened them', async () => {
    const reader = await read('', { 'x-api-key': keys.generate });
    house.catalog.revokeKey('generate');
    await house.ask('/api/v1/keys/generate', { method: 'DELETE' });
    await reader.ended;
  });

  test.each([
    ['without a key', {}, 401],
    ['with a wrong topic', { 'x-api-key': keys.read }, 422],
    ['from a foreign page', { origin: 'http://attacker.example' }, 403],
  ])('are refused %s', async (_how, given: Record<string, string>, status) => {
    const cookie = `gaze_session_${house.port}=${sessionSecret}`;
    const headers = status === 403 ? { ...given, cookie } : given;
    const query = status === 422 ? '?topics=gossip' : '';
    const answer = await fetch(`${house.url}/api/v1/events/stream${query}`, { headers });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ status });
  });
});
