import { EventsQuerystring, SocketMessage } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { Api } from '../http/context.ts';

/** The address of the event socket as plain HTTP sees it. Sockets themselves never get here: see events/upgrade.ts. */
export function eventRoutes(app: Api): void {
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
}
