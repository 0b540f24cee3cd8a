import type { EventTopic, GazeEvent, Progress, SocketMessage } from '@gaze/contracts';
import { buildBackoff } from './reconnect.ts';
import type { BackoffOptions } from './reconnect.ts';

export type ConnectionState = 'connecting' | 'online' | 'offline' | 'closed';

export interface EventOptions {
  /** Origin of the server; empty: the page's own. */
  baseUrl: string;
  /** Without a key the browser's session cookie counts. */
  apiKey?: string | undefined;
  /** Where to go on from; absent: from now on. */
  token?: string | undefined;
  /** Absent: all topics. */
  topics?: readonly EventTopic[] | undefined;
  /** The first connection stands and nothing after this moment is missed: the time to load what is shown. */
  onReady?: (() => void) | undefined;
  onEvent: (event: GazeEvent, token: string) => void;
  onProgress?: ((progress: Progress) => void) | undefined;
  onPreview?: ((preview: { job_id: string; mime: string; data: string }) => void) | undefined;
  /** Something was missed for good: load what is shown again. Events go on after it. */
  onReset?: (() => void) | undefined;
  onState?: ((state: ConnectionState) => void) | undefined;
  WebSocket?: typeof globalThis.WebSocket | undefined;
  backoff?: BackoffOptions | undefined;
  /** Silence after which the connection counts as dead; the server gives a sign of life every 20 s. */
  silenceMs?: number | undefined;
}

export interface EventConnection {
  state: () => ConnectionState;
  /** The last place in the stream that was handed on; null before the first connection. */
  token: () => string | null;
  /** Tries at once instead of at the end of its wait. */
  reconnectNow: () => void;
  close: () => void;
}

const defaultSilenceMs = 50_000;

/**
 * Listens to the event socket for as long as it takes: reconnects with a growing, jittered wait and goes on exactly
 * where it was, so that no event is missed or seen twice. Progress and previews are lossy by nature.
 */
export function connectEvents(options: EventOptions): EventConnection {
  const Socket = options.WebSocket ?? pageOf().WebSocket;
  const backoff = buildBackoff(options.backoff);
  let token: string | null = options.token ?? null;
  let ready = token !== null;
  let state: ConnectionState = 'connecting';
  let socket: WebSocket | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  function become(next: ConnectionState): void {
    if (state === next) return;
    state = next;
    options.onState?.(next);
  }

  function open(): void {
    clearTimeout(retry);
    const opened = new Socket(addressOf(options, token));
    socket = opened;
    watchSilence(opened);
    opened.onmessage = (message: MessageEvent) => {
      // A socket that was given up must not speak into the one that followed it.
      if (socket !== opened) return;
      watchSilence(opened);
      const parsed = readMessage(message.data);
      if (parsed !== null) take(parsed);
    };
    opened.onclose = () => {
      if (socket === opened) lost();
    };
    // `close` follows every error and does the work; without a listener Node would print it.
    opened.onerror = () => undefined;
  }

  function take(message: SocketMessage): void {
    if ('token' in message && message.token !== undefined) token = message.token;
    if (message.type === 'hello') {
      backoff.reset();
      become('online');
      if (!ready) options.onReady?.();
      ready = true;
    } else if (message.type === 'reset') options.onReset?.();
    else if (message.type === 'event') options.onEvent(message.event, message.token);
    else if (message.type === 'progress') options.onProgress?.(message.progress);
    else if (message.type === 'preview')
      options.onPreview?.({ job_id: message.job_id, mime: message.mime, data: message.data });
  }

  function lost(): void {
    socket = null;
    clearTimeout(silence);
    if (state === 'closed') return;
    become('offline');
    clearTimeout(retry);
    retry = setTimeout(open, backoff.next());
  }

  function watchSilence(watched: WebSocket): void {
    clearTimeout(silence);
    silence = setTimeout(() => giveUp(watched), options.silenceMs ?? defaultSilenceMs);
  }

  function giveUp(dead: WebSocket): void {
    if (socket !== dead) return;
    // The close handshake of a dead connection takes its time; the next one does not wait for it.
    lost();
    dead.close();
  }

  function reconnectNow(): void {
    if (state !== 'closed' && socket === null) open();
  }

  const forgetPage = onPageWakes(reconnectNow);
  open();
  return {
    state: () => state,
    token: () => token,
    reconnectNow,
    close() {
      become('closed');
      forgetPage();
      clearTimeout(retry);
      clearTimeout(silence);
      const open = socket;
      socket = null;
      open?.close();
    },
  };
}

function addressOf(options: EventOptions, token: string | null): string {
  const base = options.baseUrl === '' ? pageOf().location?.origin : options.baseUrl;
  const url = new URL('/api/v1/events', base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (token !== null) url.searchParams.set('token', token);
  if (options.topics !== undefined) url.searchParams.set('topics', options.topics.join(','));
  // Browsers cannot send headers with a socket.
  if (options.apiKey !== undefined) url.searchParams.set('api_key', options.apiKey);
  return url.href;
}

function readMessage(data: unknown): SocketMessage | null {
  if (typeof data !== 'string') return null;
  try {
    return JSON.parse(data) as SocketMessage;
  } catch {
    return null;
  }
}

/** The little that is used of a page, where there is one: programs outside browsers use this client too. */
interface PageGlobals {
  WebSocket: typeof globalThis.WebSocket;
  location?: { origin: string };
  document?: EventTarget & { visibilityState: string };
  addEventListener?: EventTarget['addEventListener'];
  removeEventListener?: EventTarget['removeEventListener'];
}
const pageOf = (): PageGlobals => globalThis;

/** A laptop that wakes or a network that returns is a better moment than the end of a long wait. */
function onPageWakes(wake: () => void): () => void {
  const { document } = pageOf();
  if (document === undefined) return () => undefined;
  const seen = (): void => {
    if (document.visibilityState === 'visible') wake();
  };
  pageOf().addEventListener?.('online', wake);
  document.addEventListener('visibilitychange', seen);
  return () => {
    pageOf().removeEventListener?.('online', wake);
    document.removeEventListener('visibilitychange', seen);
  };
}
