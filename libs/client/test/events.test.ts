import type { GazeEvent, SocketMessage } from '@gaze/contracts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectEvents } from '../src/index.ts';
import type { ConnectionState, EventConnection, EventOptions } from '../src/index.ts';

/** A socket in the hands of the test; what `connectEvents` uses of a browser's one. */
class HandSocket {
  static all: HandSocket[] = [];
  static get last(): HandSocket {
    const socket = HandSocket.all.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;
  readonly url: URL;
  constructor(url: string) {
    this.url = new URL(url);
    HandSocket.all.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
  say(message: SocketMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  drop(): void {
    this.onclose?.();
  }
}

let states: ConnectionState[];
let events: string[];
let resets: number;
let readies: number;
let connection: EventConnection | null;

function begin(more: Partial<EventOptions> = {}): EventConnection {
  connection = connectEvents({
    baseUrl: 'http://gaze',
    onEvent: (_event, token) => events.push(token),
    onReset: () => (resets += 1),
    onReady: () => (readies += 1),
    onState: (state) => states.push(state),
    WebSocket: HandSocket as unknown as typeof WebSocket,
    backoff: { firstMs: 100, longestMs: 1000, random: () => 1 },
    silenceMs: 5000,
    ...more,
  });
  return connection;
}

beforeEach(() => {
  vi.useFakeTimers();
  HandSocket.all = [];
  states = [];
  events = [];
  resets = 0;
  readies = 0;
  connection = null;
});
afterEach(() => {
  connection?.close();
  vi.useRealTimers();
});

const event: GazeEvent = { type: 'problems.changed', count: 1 };

describe('[events.client] the event connection', () => {
  test('asks for what it was told to', () => {
    begin({ baseUrl: 'https://gaze', apiKey: 'k', topics: ['job', 'image'], token: 'a:4' });
    expect(HandSocket.last.url.href).toBe(
      'wss://gaze/api/v1/events?token=a%3A4&topics=job%2Cimage&api_key=k',
    );
  });

  test('is ready once, hands events on, and goes on from the last one', () => {
    const { state, token } = begin();
    expect([state(), token()]).toEqual(['connecting', null]);
    HandSocket.last.say({ type: 'hello', token: 'a:1' });
    HandSocket.last.say({ type: 'event', token: 'a:2', event });
    HandSocket.last.say({ type: 'ping', token: 'a:5' });
    expect([state(), token(), readies]).toEqual(['online', 'a:5', 1]);
    HandSocket.last.drop();
    expect(state()).toBe('offline');
    vi.advanceTimersByTime(100);
    expect(HandSocket.last.url.searchParams.get('token')).toBe('a:5');
    HandSocket.last.say({ type: 'hello', token: 'a:5' });
    expect([events, readies, resets]).toEqual([['a:2'], 1, 0]);
    expect(states).toEqual(['online', 'offline', 'online']);
  });

  test('a reset is told, and its token counts from then on', () => {
    const { token } = begin({ token: 'old:1' });
    HandSocket.last.say({ type: 'hello', token: 'new:9' });
    HandSocket.last.say({ type: 'reset', token: 'new:9' });
    expect([resets, readies, token()]).toEqual([1, 0, 'new:9']);
  });

  test('waits longer after each failure, and starts short again after a success', () => {
    begin();
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const before = HandSocket.all.length;
      HandSocket.last.drop();
      let waited = 0;
      while (HandSocket.all.length === before) {
        vi.advanceTimersByTime(50);
        waited += 50;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
    HandSocket.last.say({ type: 'hello', token: 'a:1' });
    HandSocket.last.drop();
    vi.advanceTimersByTime(100);
    expect(HandSocket.all).toHaveLength(8);
  });

  test('a silent connection is given up, and its late words are not heard', () => {
    begin();
    const first = HandSocket.last;
    first.say({ type: 'hello', token: 'a:1' });
    vi.advanceTimersByTime(4000);
    first.say({ type: 'ping' });
    vi.advanceTimersByTime(4999);
    expect(first.isClosed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(first.isClosed).toBe(true);
    vi.advanceTimersByTime(100);
    first.say({ type: 'event', token: 'a:2', event });
    first.drop();
    expect(events).toEqual([]);
    expect(HandSocket.all).toHaveLength(2);
  });

  test('reconnectNow does not wait, and opens no second socket beside an open one', () => {
    const { reconnectNow } = begin();
    HandSocket.last.drop();
    reconnectNow();
    expect(HandSocket.all).toHaveLength(2);
    reconnectNow();
    vi.advanceTimersByTime(1000);
    expect(HandSocket.all).toHaveLength(2);
  });

  test('close ends it for good', () => {
    const { close, state, reconnectNow } = begin();
    const socket = HandSocket.last;
    close();
    socket.drop();
    reconnectNow();
    vi.advanceTimersByTime(60_000);
    expect([state(), socket.isClosed, HandSocket.all.length]).toEqual(['closed', true, 1]);
  });

  test('progress, previews and what is no message', () => {
    const progress: unknown[] = [];
    const previews: unknown[] = [];
    begin({ onProgress: (one) => progress.push(one), onPreview: (one) => previews.push(one) });
    const said = {
      job_id: 'j',
      attempt: 1,
      phase: 'sampling',
      step: 1,
      steps: 2,
      node: null,
      host: { id: 'h', name: 'h' },
      seconds_left: null,
    } as const;
    HandSocket.last.say({ type: 'progress', progress: said });
    HandSocket.last.say({ type: 'preview', job_id: 'j', mime: 'image/jpeg', data: 'AA==' });
    HandSocket.last.onmessage?.({ data: 'not json' });
    HandSocket.last.onmessage?.({ data: new ArrayBuffer(1) });
    expect(progress).toEqual([said]);
    expect(previews).toEqual([{ job_id: 'j', mime: 'image/jpeg', data: 'AA==' }]);
  });
});
