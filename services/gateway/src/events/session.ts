import { catalogRpc } from '@gaze/contracts';
import type { EventTopic } from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { EventHub, OutgoingEvent } from './hub.ts';
import { encode, outgoingEvent } from './hub.ts';
import type { Place } from './token.ts';
import { isBefore, readToken, tokenOf } from './token.ts';

/** The little of a socket that a session needs. */
export interface Outlet {
  /** `token`: where the reader stands after it. */
  send: (text: string, token?: string) => void;
  /** Bytes that wait in this process because the reader is slow. */
  waitingBytes: () => number;
}

export interface EventSession {
  /** Follows the stream from the token, or from now. Throws where the catalog cannot be asked. */
  begin: (token: string | undefined) => Promise<void>;
  /** Looks whether a reader that was left behind has caught up. */
  recover: () => void;
  /** Sign of life. */
  ping: () => void;
  end: () => void;
}

/** A slow reader loses previews first, then progress; then it is told to load again. */
const limits = { preview: 64 * 1024, progress: 256 * 1024, event: 1024 * 1024 } as const;
const maxHeldBack = 2000;

/**
 * One reader's view of the stream. It joins the hub first and holds back what arrives while the catalog is asked for
 * what the reader missed, so that between the two nothing is lost and nothing is sent twice.
 */
export function buildSession(deps: {
  hub: EventHub;
  call: CatalogCall;
  outlet: Outlet;
  topics: ReadonlySet<EventTopic>;
}): EventSession {
  const { hub, call, outlet, topics } = deps;
  let place: Place | null = null;
  let heldBack: OutgoingEvent[] | null = [];
  let behind = false;
  let ended = false;

  function deliver(event: OutgoingEvent): void {
    if (behind || place === null) return;
    if (event.place.incarnation !== place.incarnation) {
      startOver(event.place);
      return;
    }
    if (!isBefore(place, event.place)) return;
    if (outlet.waitingBytes() > limits.event) {
      behind = true;
      return;
    }
    place = event.place;
    if (topics.has(event.topic)) outlet.send(event.text, tokenOf(event.place));
  }

  function startOver(at: Place): void {
    place = at;
    outlet.send(encode({ type: 'reset', token: tokenOf(at) }), tokenOf(at));
  }

  const leave = hub.listen({
    event(event) {
      if (heldBack === null) deliver(event);
      else if (heldBack.length < maxHeldBack) heldBack.push(event);
      else behind = true;
    },
    reset(at) {
      if (heldBack === null && !behind) startOver(at);
      else behind = true;
    },
    progress(text) {
      if (isFree('progress')) outlet.send(text);
    },
    preview(text) {
      if (isFree('preview')) outlet.send(text());
    },
  });

  const isFree = (lossy: 'progress' | 'preview'): boolean =>
    heldBack === null && !behind && topics.has(lossy) && outlet.waitingBytes() <= limits[lossy];

  function hello(at: Place): void {
    place = at;
    outlet.send(encode({ type: 'hello', token: tokenOf(at) }), tokenOf(at));
  }

  /** Sends what happened since `from`, page by page. */
  async function replay(from: Place): Promise<void> {
    for (let token = tokenOf(from), first = true; ; first = false) {
      const answer = await call(catalogRpc.eventsSince, { token });
      if (ended) return;
      const head = readToken(answer.token) ?? from;
      if (!answer.known) {
        if (first) hello(head);
        startOver(head);
        return;
      }
      if (first) hello(from);
      for (const event of answer.events) {
        const at = readToken(event.token);
        if (at !== null) deliver(outgoingEvent(event, at));
      }
      // Events of a shape that the catalog could not read any more are left out; their numbers count.
      if (!behind && place !== null && isBefore(place, head)) place = head;
      if (!answer.more || answer.token === token) return;
      token = answer.token;
    }
  }

  return {
    async begin(token) {
      await hub.ready();
      const now = hub.place();
      if (ended || now === null) return;
      const from = token === undefined ? now : readToken(token);
      if (token === undefined) hello(now);
      else if (from === null) {
        hello(now);
        startOver(now);
      } else await replay(from);
      const held = heldBack ?? [];
      heldBack = null;
      for (const event of held) deliver(event);
    },
    recover() {
      const now = hub.place();
      if (!behind || heldBack !== null || now === null || outlet.waitingBytes() > limits.preview) return;
      behind = false;
      startOver(now);
    },
    ping() {
      if (heldBack !== null || behind || place === null) return;
      outlet.send(encode({ type: 'ping', token: tokenOf(place) }), tokenOf(place));
    },
    end() {
      ended = true;
      leave();
    },
  };
}
