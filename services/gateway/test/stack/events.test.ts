import { subjects } from '@gaze/contracts';
import type { GazeEvent, NumberedEvent, Progress } from '@gaze/contracts';
import { eventually, verifies } from '@gaze/testing';
import { headers as natsHeaders } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keys, sessionSecret } from './canned-catalog.ts';
import { listen, refusal } from './listener.ts';
import type { Listener } from './listener.ts';
import { startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

const heartbeatMs = 150;
let house: TestGateway;
let anew = 0;
beforeAll(async () => {
  house = await startGateway({ heartbeatMs });
});
afterAll(() => house[Symbol.asyncDispose]());
beforeEach(async () => {
  // Every test has a stream of its own, and the gateway follows it before the test begins.
  anew += 1;
  house.catalog.stream.beginAnew(`stream-${anew}`);
  house.gateway.onReconnect();
  const probe = listen(house);
  await eventually(() => expect(probe.messages.at(-1)).toMatchObject({ token: house.catalog.stream.head() }));
  probe.close();
});

const problems = (count: number): GazeEvent => ({ type: 'problems.changed', count });
const tell = (event: NumberedEvent): void => house.bus.publish(subjects.events, JSON.stringify(event));
const happen = (event: GazeEvent): void => tell(house.catalog.stream.add(event));
const counts = (listener: Listener): number[] =>
  listener.ofType('event').map(({ event }) => (event.type === 'problems.changed' ? event.count : -1));
const progress = (step: number): Progress => ({
  job_id: 'j1',
  attempt: 1,
  phase: 'sampling',
  step,
  steps: 20,
  node: '3',
  host: { id: 'h', name: 'studio' },
  seconds_left: 3,
});

describe(verifies('events.socket', 'the event socket'), () => {
  test('says where the stream stands, then what happens', async () => {
    const listener = listen(house);
    await listener.wait('hello');
    expect(listener.messages[0]).toEqual({ type: 'hello', token: house.catalog.stream.head() });
    happen(problems(1));
    happen(problems(2));
    await eventually(() => expect(counts(listener)).toEqual([1, 2]));
    expect(listener.ofType('event').at(-1)?.token).toBe(house.catalog.stream.head());
    listener.close();
  });

  test('goes on from a token with nothing missed and nothing twice, while more happens', async () => {
    const before = house.catalog.stream.head();
    for (let count = 1; count <= 10; count += 1) happen(problems(count));
    const listener = listen(house, { token: before });
    for (let count = 11; count <= 20; count += 1) happen(problems(count));
    await eventually(() => expect(counts(listener).at(-1)).toBe(20));
    expect(counts(listener)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(listener.messages[0]).toEqual({ type: 'hello', token: before });
    listener.close();
  });

  test.each(['elsewhere:4', 'not a token'])('an unknown token (%s) is told to load again', async (token) => {
    const listener = listen(house, { token });
    await listener.wait('reset');
    expect(listener.ofType('reset')).toEqual([{ type: 'reset', token: house.catalog.stream.head() }]);
    happen(problems(2));
    await eventually(() => expect(counts(listener)).toEqual([2]));
    listener.close();
  });

  test('an event that got lost on the bus is fetched when the next one shows the gap', async () => {
    const listener = listen(house);
    await listener.wait('hello');
    house.catalog.stream.add(problems(1));
    house.catalog.stream.add(problems(2));
    happen(problems(3));
    await eventually(() => expect(counts(listener)).toEqual([1, 2, 3]));
    listener.close();
  });

  test('events that the catalog cannot read any more hold nobody up', async () => {
    const before = house.catalog.stream.head();
    const live = listen(house);
    await live.wait('hello');
    for (let count = 1; count <= 7; count += 1) house.catalog.stream.addUnreadable(problems(count));
    happen(problems(8));
    const resumed = listen(house, { token: before });
    for (const listener of [live, resumed]) {
      await eventually(() => expect(counts(listener)).toEqual([8]));
      await eventually(() => expect(listener.ofType('ping').at(-1)?.token).toBe(house.catalog.stream.head()));
      listener.close();
    }
  });

  test('events that arrive twice or late are handed on once and in order', async () => {
    const listener = listen(house);
    await listener.wait('hello');
    const [one, two, three] = [1, 2, 3].map((count) => house.catalog.stream.add(problems(count))) as [
      NumberedEvent,
      NumberedEvent,
      NumberedEvent,
    ];
    for (const event of [one, three, two, one, three]) tell(event);
    happen(problems(4));
    await eventually(() => expect(counts(listener)).toContain(4));
    expect(counts(listener)).toEqual([1, 2, 3, 4]);
    listener.close();
  });

  test('a new stream resets every listener', async () => {
    const listener = listen(house);
    await listener.wait('hello');
    house.catalog.stream.beginAnew(`restored-${anew}`);
    happen(problems(1));
    await listener.wait('reset');
    happen(problems(2));
    await eventually(() => expect(counts(listener).at(-1)).toBe(2));
    listener.close();
  });

  test('what happened while the bus was away is fetched after it is back', async () => {
    await using other = await startGateway();
    const listener = listen(other);
    await listener.wait('hello');
    await other.nats.stop();
    other.catalog.stream.add(problems(1));
    other.catalog.stream.add(problems(2));
    await other.nats.start();
    await eventually(() => expect(counts(listener)).toEqual([1, 2]), { timeoutMs: 15_000 });
    listener.close();
  });

  test('only the topics that were asked for; the token moves on all the same', async () => {
    const listener = listen(house, { topics: 'setting,progress' });
    await listener.wait('hello');
    happen(problems(1));
    happen({ type: 'setting.changed', key: 'nsfw_display', value: 'hide' });
    house.bus.publish(subjects.progress('j1'), JSON.stringify(progress(1)));
    house.bus.publish(subjects.preview('j1'), Buffer.from('jpeg'));
    happen(problems(2));
    await listener.wait('progress');
    await eventually(() => expect(listener.ofType('ping').at(-1)?.token).toBe(house.catalog.stream.head()));
    expect(listener.ofType('event').map(({ event }) => event.type)).toEqual(['setting.changed']);
    expect(listener.ofType('preview')).toEqual([]);
    listener.close();
  });

  test('progress and previews pass through', async () => {
    const listener = listen(house);
    await listener.wait('hello');
    house.bus.publish(subjects.progress('j1'), JSON.stringify(progress(4)));
    house.bus.publish(subjects.progress('j1'), '{"broken');
    const header = natsHeaders();
    header.set('Mime-Type', 'image/jpeg');
    house.bus.publish(subjects.preview('j1'), Buffer.from('frame'), { headers: header });
    house.bus.publish(subjects.preview('j1'), Buffer.alloc(300 * 1024));
    house.bus.publish(subjects.progress('j1'), JSON.stringify(progress(5)));
    await eventually(() =>
      expect(listener.ofType('progress').map((one) => one.progress.step)).toEqual([4, 5]),
    );
    expect(listener.ofType('preview')).toEqual([
      { type: 'preview', job_id: 'j1', mime: 'image/jpeg', data: Buffer.from('frame').toString('base64') },
    ]);
    listener.close();
  });

  test('a slow reader loses previews first, then progress, and is told to load again; memory stays bounded', async () => {
    await using other = await startGateway();
    const slow = listen(other);
    const quick = listen(other);
    await Promise.all([slow.wait('hello'), quick.wait('hello')]);
    const raw = (slow.socket as unknown as { _socket: { pause: () => void; resume: () => void } })._socket;
    raw.pause();
    const rounds = 160;
    const frame = Buffer.alloc(200 * 1024, 1);
    const value = 'x'.repeat(100_000);
    for (let round = 1; round <= rounds; round += 1) {
      other.bus.publish(subjects.preview('j1'), frame);
      const event = other.catalog.stream.add({ type: 'setting.changed', key: 'k', value });
      other.bus.publish(subjects.events, JSON.stringify(event));
      await eventually(() => expect(quick.ofType('event')).toHaveLength(round), { everyMs: 5 });
    }
    raw.resume();
    await slow.wait('reset');
    expect(slow.ofType('reset')).toEqual([{ type: 'reset', token: other.catalog.stream.head() }]);
    const [events, previews] = [slow.ofType('event').length, slow.ofType('preview').length];
    expect(previews).toBeLessThan(events);
    expect(events).toBeLessThan(rounds);
    expect(quick.ofType('reset')).toEqual([]);
    const last = other.catalog.stream.add(problems(7));
    other.bus.publish(subjects.events, JSON.stringify(last));
    await eventually(() => expect(counts(slow).at(-1)).toBe(7));
    slow.close();
    quick.close();
  });

  test('while the catalog is away a socket with a token is closed with «try again», not left in silence', async () => {
    const token = house.catalog.stream.head();
    house.catalog.stream.setBroken(true);
    const listener = listen(house, { token });
    const code = await new Promise<number>((resolve) => listener.socket.on('close', resolve));
    house.catalog.stream.setBroken(false);
    expect(code).toBe(1013);
  });
});

describe(verifies(['S3', 'S9'], 'who may listen'), () => {
  test.each([
    ['nobody', {}, 401],
    ['a wrong key', { 'x-api-key': 'nope' }, 401],
    ['a key without the scope', { 'x-api-key': keys.nothing }, 403],
  ])('%s is answered %j', async (_who, headers, status) => {
    const { socket } = listen(house, {}, headers);
    const answer = await refusal(socket);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ status });
  });

  test('a key in the query counts, for browsers cannot send it otherwise', async () => {
    const listener = listen(house, { api_key: keys.read }, {});
    await listener.wait('hello');
    listener.close();
  });

  test('a cookie counts from our own page alone', async () => {
    const cookie = `gaze_session_${house.port}=${sessionSecret}`;
    const own = listen(house, {}, { cookie, origin: house.url });
    await own.wait('hello');
    own.close();
    const foreign = await refusal(listen(house, {}, { cookie, origin: 'http://attacker.example' }).socket);
    expect(foreign.status).toBe(403);
  });

  test('a foreign Host, a wrong topic and another address are refused', async () => {
    const rebound = await refusal(
      listen(house, {}, { 'x-api-key': keys.read, host: `attacker.example:${house.port}` }).socket,
    );
    expect(rebound.status).toBe(403);
    const topic = await refusal(listen(house, { topics: 'gossip' }).socket);
    expect(topic.status).toBe(422);
    const elsewhere = await house.ask('/api/v1/events');
    expect(elsewhere.status).toBe(400);
  });

  test('a socket ends with the key that opened it', async () => {
    const listener = listen(house, {}, { 'x-api-key': keys.generate });
    await listener.wait('hello');
    house.catalog.revokeKey('generate');
    await house.ask('/api/v1/keys/generate', { method: 'DELETE' });
    const code = await new Promise<number>((resolve) => listener.socket.on('close', resolve));
    expect(code).toBe(4401);
  });

  test('a reader that is gone without a word is cut', async () => {
    const listener = listen(house);
    await listener.wait('hello');
    listener.socket.pong = () => undefined;
    (listener.socket as unknown as { _autoPong: boolean })._autoPong = false;
    await new Promise((resolve) => listener.socket.on('close', resolve));
    expect(listener.socket.readyState).toBe(3);
  });

  test('one principal has a limited number of sockets, and a closed one makes room', async () => {
    const open = Array.from({ length: 64 }, () => listen(house, {}, { 'x-api-key': keys.write }));
    await Promise.all(open.map((listener) => listener.wait('hello')));
    const refused = await refusal(listen(house, {}, { 'x-api-key': keys.write }).socket);
    expect(refused.status).toBe(429);
    open[0]?.socket.close();
    await eventually(async () => {
      const next = listen(house, {}, { 'x-api-key': keys.write });
      open.push(next);
      await new Promise((resolve, reject) => {
        next.socket.on('open', resolve);
        next.socket.on('error', reject);
      });
    });
    for (const listener of open) listener.close();
  });

  test('a message that is too large ends the socket, not the gateway', async () => {
    const listener = listen(house);
    await listener.wait('hello');
    listener.socket.send('x'.repeat(10_000));
    const code = await new Promise<number>((resolve) => listener.socket.on('close', resolve));
    expect(code).toBe(1009);
    expect((await house.ask('/api/v1/queues')).status).toBe(200);
  });
});
