import { EventsQuerystring } from '@gaze/contracts';
import type { EventTopic } from '@gaze/contracts';
import { GazeError, toWireError } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Guard, Knock } from '../auth/guard.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { CatalogCall } from '../catalog.ts';
import { toProblem } from '../http/problem.ts';
import type { EventHub } from './hub.ts';
import type { Readers } from './readers.ts';
import { buildSession } from './session.ts';
import { topicsOf } from './stream.ts';

export interface EventSocket {
  /** Takes the upgrades of a server. */
  attach: (server: Server) => void;
  stop: () => void;
}

interface Deps {
  passwords: Passwords;
  guard: Guard;
  hub: EventHub;
  call: CatalogCall;
  readers: Readers;
  log: Log;
  /** Between two signs of life; a socket that did not answer the last one is cut. */
  heartbeatMs?: number;
}

const path = '/api/v1/events';
const maxMessageBytes = 4096;
const recoverMs = 500;
/** Close codes: try again later, and (of our own) signed out. */
const tryAgainLater = 1013;
const signedOut = 4401;

/** The event socket: the same door, keys and origins as every other address, then one session per socket. */
export function buildEventSocket(deps: Deps): EventSocket {
  const { passwords, guard, hub, call, readers, log, heartbeatMs = 20_000 } = deps;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });

  async function admit(
    request: IncomingMessage,
  ): Promise<{ knock: Knock; leave: () => void; query: ReturnType<typeof readQuery> }> {
    const url = new URL(request.url ?? '/', 'http://gateway');
    const queryKey = url.searchParams.get('api_key') ?? undefined;
    url.searchParams.delete('api_key');
    const knock = {
      method: 'GET',
      headers: request.headers,
      queryKey,
      ip: request.socket.remoteAddress ?? '',
    };
    guard.checkDoor(knock);
    if (url.pathname !== path) throw new GazeError('not_found', `There is no socket at ${url.pathname}.`);
    await passwords.checkIsSet();
    const principal = await guard.admit(knock, 'read');
    // A socket is no change, and yet a foreign page must not listen with the visitor's cookie.
    if (principal.by === 'session') guard.checkOrigin(knock);
    const query = readQuery(url.searchParams);
    return { knock, leave: readers.enter(principal.id), query };
  }

  function serve(socket: WebSocket, { knock, query }: Awaited<ReturnType<typeof admit>>): void {
    const session = buildSession({
      hub,
      call,
      topics: query.topics,
      outlet: { send: (text) => socket.send(text), waitingBytes: () => socket.bufferedAmount },
    });
    let answered = true;
    socket.on('pong', () => (answered = true));
    const heart = setInterval(() => {
      if (!answered) return socket.terminate();
      answered = false;
      socket.ping();
      session.ping();
      void guard.admit(knock, 'read').catch((error: unknown) => {
        // Nobody can tell: the socket stays. Nobody any more: it goes.
        if (error instanceof GazeError && error.code === 'unauthorized')
          socket.close(signedOut, 'signed out');
      });
    }, heartbeatMs);
    const recover = setInterval(() => session.recover(), recoverMs);
    socket.on('error', (error) => log.debug({ err: error }, 'an event socket broke'));
    socket.on('close', () => {
      clearInterval(heart);
      clearInterval(recover);
      session.end();
    });
    session.begin(query.token).catch((error: unknown) => {
      log.debug({ err: error }, 'an event socket could not begin');
      socket.close(tryAgainLater, 'GAZE is not ready; try again');
    });
  }

  function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const broken = (): void => void stream.destroy();
    stream.on('error', broken);
    admit(request).then(
      (admitted) => {
        stream.off('error', broken);
        stream.once('close', admitted.leave);
        if (stream.destroyed) admitted.leave();
        else sockets.handleUpgrade(request, stream, head, (socket) => serve(socket, admitted));
      },
      (error: unknown) => refuse(stream, error, log),
    );
  }

  return {
    attach: (server) => void server.on('upgrade', upgrade),
    stop() {
      for (const socket of sockets.clients) socket.close(1001, 'GAZE stops');
      sockets.close();
      // A reader that does not answer the close must not hold the process up.
      setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, 500).unref();
    },
  };
}

function readQuery(search: URLSearchParams): { token: string | undefined; topics: ReadonlySet<EventTopic> } {
  const parsed = EventsQuerystring.strict().safeParse(Object.fromEntries(search));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new GazeError(
      'invalid_input',
      `«${issue?.path.join('.') ?? ''}» in the query: ${issue?.message ?? 'not valid'}.`,
    );
  }
  const { token, topics } = parsed.data;
  return { token, topics: topicsOf(topics) };
}

/** An upgrade that is refused is still answered in HTTP. */
function refuse(stream: Duplex, error: unknown, log: Log): void {
  const problem = toProblem(toWireError(error));
  if (problem.status >= 500) log.warn({ err: error }, 'an event socket was refused');
  const body = JSON.stringify(problem);
  stream.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
