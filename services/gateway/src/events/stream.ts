import { eventTopics } from '@gaze/contracts';
import type { EventTopic, EventsQuerystring } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import type { FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Guard, Knock } from '../auth/guard.ts';
import type { CatalogCall } from '../catalog.ts';
import type { EventHub } from './hub.ts';
import type { Readers } from './readers.ts';
import { buildSession } from './session.ts';

export interface EventStreams {
  /** Answers a request with the events as they come, until either side ends it. */
  open: (
    reply: FastifyReply,
    reader: { knock: Knock; principalId: string; query: EventsQuery; lastEventId: string | undefined },
  ) => void;
  stop: () => void;
}

type EventsQuery = z.output<typeof EventsQuerystring>;

const recoverMs = 500;

/** The topics that a query names; absent: all. */
export const topicsOf = (topics: string | undefined): ReadonlySet<EventTopic> =>
  new Set((topics?.split(',') ?? eventTopics) as EventTopic[]);

/**
 * The messages of the event socket as server-sent events, for scripts that have no WebSocket: one message per event,
 * its place as the id, so that a reader that comes back with `Last-Event-ID` misses nothing.
 */
export function buildEventStreams(deps: {
  guard: Guard;
  hub: EventHub;
  call: CatalogCall;
  readers: Readers;
  log: Log;
  heartbeatMs?: number;
}): EventStreams {
  const { guard, hub, call, readers, log, heartbeatMs = 20_000 } = deps;
  const open = new Set<ServerResponse>();

  return {
    open(reply, { knock, principalId, query, lastEventId }) {
      const leave = readers.enter(principalId);
      const headers = reply.getHeaders();
      reply.hijack();
      const response = reply.raw;
      open.add(response);
      response.writeHead(200, {
        ...(headers as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // Reverse proxies that gather answers would hold events back.
        'x-accel-buffering': 'no',
      });
      const session = buildSession({
        hub,
        call,
        topics: topicsOf(query.topics),
        outlet: {
          send: (text, token) => void response.write(frame(text, token)),
          waitingBytes: () => response.writableLength,
        },
      });
      const heart = setInterval(() => {
        session.ping();
        guard.admit(knock, 'read').catch((error: unknown) => {
          // Nobody can tell: the stream stays. Nobody any more: it ends.
          if (error instanceof GazeError && error.code === 'unauthorized') response.end();
        });
      }, heartbeatMs);
      const recover = setInterval(() => session.recover(), recoverMs);
      response.on('error', (error) => log.debug({ err: error }, 'an event stream broke'));
      response.on('close', () => {
        clearInterval(heart);
        clearInterval(recover);
        session.end();
        open.delete(response);
        leave();
      });
      session.begin(lastEventId ?? query.token).catch((error: unknown) => {
        log.debug({ err: error }, 'an event stream could not begin');
        response.end();
      });
    },
    stop() {
      for (const response of open) response.end();
    },
  };
}

const frame = (text: string, token: string | undefined): string =>
  `${token === undefined ? '' : `id: ${token}\n`}data: ${text}\n\n`;
