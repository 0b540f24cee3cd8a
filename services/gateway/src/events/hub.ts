import { NumberedEvent, Progress, catalogRpc, subjects } from '@gaze/contracts';
import type { EventTopic, SocketMessage } from '@gaze/contracts';
import { sleep } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { CatalogCall } from '../catalog.ts';
import type { Place } from './token.ts';
import { isBefore, readToken, tokenOf } from './token.ts';

/** An event on its way to many sockets: turned into text once. */
export interface OutgoingEvent {
  place: Place;
  topic: EventTopic;
  text: string;
}

export interface HubListener {
  event: (event: OutgoingEvent) => void;
  /** The stream cannot be followed from where it was; it goes on from here. */
  reset: (place: Place) => void;
  progress: (text: string) => void;
  preview: (text: () => string) => void;
}

export interface EventHub {
  start: () => void;
  /** Where the stream stands for every listener; null until the catalog has said so once. */
  place: () => Place | null;
  /** Resolves as soon as the place is known. */
  ready: () => Promise<unknown>;
  listen: (listener: HubListener) => () => void;
  /** Asks the catalog for what may have been missed. */
  catchUp: () => void;
  stop: () => void;
}

const retryMs = 1000;
/** Services start side by side; only a catalog that stays away is worth a word. */
const quietFailures = 5;
/** A lost last event is noticed by nothing but a look. */
const lookEveryMs = 10_000;
const maxPreviewBytes = 256 * 1024;

/**
 * The one listener of this process on the bus. It hands on every numbered event once and in order: an event that is
 * not the next one, a reconnect, or a look every few seconds makes it ask the catalog for what lies between.
 */
export function buildHub(deps: { nc: NatsConnection; call: CatalogCall; log: Log }): EventHub {
  const { nc, call, log } = deps;
  const listeners = new Set<HubListener>();
  const stopped = new AbortController();
  const becameReady = Promise.withResolvers<null>();
  let place: Place | null = null;
  let fetching = false;
  let again = false;
  let look: ReturnType<typeof setInterval> | undefined;

  function pass(event: NumberedEvent, at: Place): void {
    place = at;
    const outgoing = outgoingEvent(event, at);
    for (const listener of listeners) listener.event(outgoing);
  }

  function heard(event: NumberedEvent): void {
    const at = readToken(event.token);
    if (at === null) return;
    if (!fetching && place !== null) {
      if (at.incarnation === place.incarnation && at.sequence <= place.sequence) return;
      if (at.incarnation === place.incarnation && at.sequence === place.sequence + 1) {
        pass(event, at);
        return;
      }
    }
    catchUp();
  }

  function catchUp(): void {
    again = true;
    if (!fetching) void fetchUntilEven();
  }

  async function fetchUntilEven(): Promise<void> {
    fetching = true;
    let failures = 0;
    while (again && !stopped.signal.aborted) {
      again = false;
      try {
        await fetchOn();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === quietFailures)
          log.warn({ err: error }, 'missed events cannot be fetched; trying until it works');
        again = true;
        await sleep(retryMs, stopped.signal).catch(() => undefined);
      }
    }
    fetching = false;
  }

  async function fetchOn(): Promise<void> {
    for (;;) {
      const from = place;
      const answer = await call(catalogRpc.eventsSince, { token: from === null ? null : tokenOf(from) });
      if (stopped.signal.aborted) return;
      const head = readToken(answer.token);
      if (head === null) throw new Error(`The catalog named a place that is none: ${answer.token}`);
      if (from === null || !answer.known) {
        place = head;
        becameReady.resolve(null);
        if (from !== null) for (const listener of listeners) listener.reset(head);
        return;
      }
      for (const event of answer.events) {
        const at = readToken(event.token);
        if (at !== null && isBefore(place ?? from, at)) pass(event, at);
      }
      // Events of a shape that the catalog could not read any more are left out; their numbers count.
      if (place !== null && isBefore(place, head)) place = head;
      if (!answer.more || answer.token === tokenOf(from)) return;
    }
  }

  function subscribe(): void {
    nc.subscribe(subjects.events, {
      callback: (error, message) => {
        const parsed = error === null ? NumberedEvent.safeParse(readJson(message.string())) : null;
        // An event of a newer catalog: its number still counts, and asking shows whether this version can read it.
        if (parsed?.success === true) heard(parsed.data);
        else if (error === null) log.warn('an event that this version cannot read was left out');
      },
    });
    nc.subscribe(subjects.allProgress, {
      callback: (error, message) => {
        const parsed = error === null ? Progress.safeParse(readJson(message.string())) : null;
        if (parsed?.success !== true) return;
        const text = encode({ type: 'progress', progress: parsed.data });
        for (const listener of listeners) listener.progress(text);
      },
    });
    nc.subscribe(subjects.allPreviews, {
      callback: (error, message) => {
        if (error !== null || message.data.length > maxPreviewBytes) return;
        const preview = lazy(() =>
          previewText(message.subject, message.headers?.get('Mime-Type'), message.data),
        );
        for (const listener of listeners) listener.preview(preview);
      },
    });
  }

  return {
    start() {
      subscribe();
      catchUp();
      look = setInterval(catchUp, lookEveryMs);
    },
    place: () => place,
    ready: () => becameReady.promise,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    catchUp,
    stop() {
      stopped.abort();
      clearInterval(look);
    },
  };
}

export const encode = (message: SocketMessage): string => JSON.stringify(message);

export function outgoingEvent({ token, event }: NumberedEvent, place: Place): OutgoingEvent {
  const topic = event.type.slice(0, event.type.indexOf('.')) as EventTopic;
  return { place, topic, text: encode({ type: 'event', token, event }) };
}

const previewTypes = ['image/jpeg', 'image/png', 'image/webp'];

function previewText(subject: string, type: string | undefined, data: Uint8Array): string {
  const mime = previewTypes.includes(type ?? '') ? (type ?? '') : 'image/jpeg';
  const jobId = subject.slice(subject.lastIndexOf('.') + 1);
  return encode({ type: 'preview', job_id: jobId, mime, data: Buffer.from(data).toString('base64') });
}

function lazy(make: () => string): () => string {
  let made: string | null = null;
  return () => (made ??= make());
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
