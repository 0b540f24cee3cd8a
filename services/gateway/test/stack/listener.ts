import type { SocketMessage } from '@gaze/contracts';
import { eventually } from '@gaze/testing';
import { WebSocket } from 'ws';
import { keys } from './canned-catalog.ts';
import type { TestGateway } from './start-gateway.ts';

export interface Listener {
  socket: WebSocket;
  messages: SocketMessage[];
  ofType: <T extends SocketMessage['type']>(type: T) => Extract<SocketMessage, { type: T }>[];
  /** Waits for a message of the type. */
  wait: (type: SocketMessage['type']) => Promise<void>;
  close: () => void;
}

/** A plain socket client that remembers all it was told. */
export function listen(
  house: TestGateway,
  query: Record<string, string> = {},
  headers: Record<string, string> = { 'x-api-key': keys.read },
): Listener {
  const address = `ws://127.0.0.1:${house.port}/api/v1/events?${new URLSearchParams(query).toString()}`;
  const socket = new WebSocket(address, { headers });
  const messages: SocketMessage[] = [];
  socket.on('message', (data) => messages.push(JSON.parse((data as Buffer).toString()) as SocketMessage));
  socket.on('error', () => undefined);
  const ofType: Listener['ofType'] = (type) =>
    messages.filter(
      (message): message is Extract<SocketMessage, { type: typeof type }> => message.type === type,
    );
  return {
    socket,
    messages,
    ofType,
    wait: (type) =>
      eventually(() => {
        if (ofType(type).length === 0)
          throw new Error(`no ${type} among ${JSON.stringify(messages).slice(0, 500)}`);
      }),
    close: () => socket.terminate(),
  };
}

/** The status with which an upgrade was refused. */
export function refusal(socket: WebSocket): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    socket.on('open', () => reject(new Error('the socket was opened')));
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
  });
}
