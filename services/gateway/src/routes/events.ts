import { EventsQuerystring, SocketMessage } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { z } from 'zod';
import type { Guard } from '../auth/guard.ts';
import type { EventStreams } from '../events/stream.ts';
import type { Api } from '../http/context.ts';

/** The address of the event socket as plain HTTP sees it. Sockets themselves never get here: see events/upgrade.ts. */
export function eventRoutes(app: Api, streams: EventStreams, guard: Guard): void {
  app.get(
    '/api/v1/events',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'openEvents',
        summary: 'The event socket',
        description:
          'Open it as a WebSocket; every message is one JSON text. `token` is where you were: what happened since is sent first, ' +
          'nothing twice and nothing left out. `reset` means that this is not possible any more: load again what you show. ' +
          'Browsers cannot send headers here, so a key goes into `api_key`. Progress and previews are dropped for slow readers.',
        tags: ['Events'],
        querystring: EventsQuerystring.strict(),
        response: {
          101: {
            description: 'The socket is open; these are its messages.',
            content: { 'application/json': { schema: SocketMessage } },
          },
        },
      },
    },
    () => {
      throw new GazeError('malformed_request', 'This address is a WebSocket.', {
        hint: 'Open it with ws:// or wss:// instead of http.',
      });
    },
  );

  app.get(
    '/api/v1/events/stream',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'streamEvents',
        summary: 'The same events as a stream of an ordinary request',
        description:
          'Server-sent events for scripts: every `data` is one message of the event socket, its `id` the place in the stream. ' +
          'Come back with `Last-Event-ID` (or `token`) and nothing is missed; `reset` means: load again what you show. ' +
          '`curl -N` shows it.',
        tags: ['Events'],
        querystring: EventsQuerystring.strict(),
        headers: z.object({ 'last-event-id': z.string().max(200).optional() }),
        response: {
          200: {
            description: 'The events, until either side ends it.',
            content: {
              'text/event-stream': {
                schema: z
                  .string()
                  .meta({ examples: ['id: k3a:7\ndata: {"type":"ping","token":"k3a:7"}\n\n'] }),
              },
            },
          },
        },
      },
    },
    (request, reply) => {
      const { principal, knock, query } = request;
      if (principal === null || knock === null) throw new GazeError('unauthorized', 'You are not signed in.');
      // A foreign page must not listen with the visitor's cookie.
      if (principal.by === 'session') guard.checkOrigin(knock);
      const lastEventId = request.headers['last-event-id'];
      streams.open(reply, { knock, principalId: principal.id, query, lastEventId });
    },
  );
}
