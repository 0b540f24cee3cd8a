import { randomBytes } from 'node:crypto';
import type WebSocket from 'ws';
import { isObject, stringifyJson } from '../json.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Settings } from '../options.ts';
import { serverFeatures } from './features.ts';

/** The sockets of a host, one per clientId. What is sent while nobody listens is gone. */
export interface Hub {
  /** To one client; to everyone when null. */
  send: (type: string, data: object, clientId: string | null) => void;
  sendBinary: (frame: Buffer, clientId: string | null) => void;
  wantsMetadata: (clientId: string | null) => boolean;
  accept: (socket: WebSocket, clientId: string | null) => void;
  count: () => number;
  /** Ends every connection at once, without a closing handshake. */
  cutAll: () => void;
}

export function buildHub(deps: {
  settings: Settings;
  log: EventLog;
  status: () => object;
  running: () => { clientId: string | null; lastNode: string | null };
}): Hub {
  const { settings, log } = deps;
  const byClient = new Map<string, WebSocket>();
  const metadataWanted = new Map<string, boolean>();
  const everySocket = new Set<WebSocket>();

  const sendText = (socket: WebSocket, type: string, data: object): void =>
    socket.send(stringifyJson({ type, data }));
  const receivers = (clientId: string | null): WebSocket[] => {
    if (clientId === null) return [...byClient.values()];
    const one = byClient.get(clientId);
    return one === undefined ? [] : [one];
  };

  function closed(clientId: string, socket: WebSocket): void {
    everySocket.delete(socket);
    log.add({ type: 'socket_closed', clientId });
    // The ending handler removes the entry of its clientId, whoever stands there by now.
    if (!settings.reconnectQuirk && byClient.get(clientId) !== socket) return;
    byClient.delete(clientId);
    metadataWanted.delete(clientId);
  }

  function firstMessage(clientId: string, socket: WebSocket, text: string): void {
    const message = parsed(text);
    if (!isObject(message) || message.type !== 'feature_flags') return;
    const flags = isObject(message.data) ? message.data : {};
    metadataWanted.set(clientId, flags.supports_preview_metadata === true);
    sendText(socket, 'feature_flags', serverFeatures(settings));
  }

  return {
    send(type, data, clientId) {
      for (const socket of receivers(clientId)) sendText(socket, type, data);
    },
    sendBinary(frame, clientId) {
      for (const socket of receivers(clientId)) socket.send(frame);
    },
    wantsMetadata: (clientId) => clientId !== null && metadataWanted.get(clientId) === true,
    accept(socket, given) {
      const clientId = given ?? randomBytes(16).toString('hex');
      byClient.set(clientId, socket);
      metadataWanted.set(clientId, false);
      everySocket.add(socket);
      log.add({ type: 'socket_opened', clientId });
      socket.once('message', (data, isBinary) => {
        if (!isBinary) firstMessage(clientId, socket, (data as Buffer).toString('utf8'));
      });
      socket.on('error', () => socket.terminate());
      socket.on('close', () => closed(clientId, socket));
      sendText(socket, 'status', { status: deps.status(), sid: clientId });
      const { clientId: owner, lastNode } = deps.running();
      if (owner === clientId && lastNode !== null) sendText(socket, 'executing', { node: lastNode });
    },
    count: () => byClient.size,
    cutAll() {
      for (const socket of everySocket) socket.terminate();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
