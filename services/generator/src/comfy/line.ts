import { guardedLookup } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import WebSocket from 'ws';

const pingEveryMs = 20_000;
const maxMessageBytes = 32 * 1024 * 1024;

export interface LineEvents {
  onOpen: () => void;
  onText: (text: string) => void;
  onFrame: (bytes: Buffer) => void;
  /** Once, however it ended. */
  onClose: () => void;
}

export interface Line {
  isOpen: () => boolean;
  close: () => void;
}

/** One connection to a host's socket under one client id. It does not come back by itself. */
export function openLine(url: string, clientId: string, events: LineEvents, log: Log): Line {
  const ws = new WebSocket(`${url.replace(/^http/, 'ws')}/ws?clientId=${clientId}`, {
    handshakeTimeout: 5000,
    followRedirects: false,
    lookup: guardedLookup,
    maxPayload: maxMessageBytes,
  });
  let alive = true;
  // ComfyUI sends no pings, and proxies drop what is idle.
  const pinger = setInterval(() => {
    if (!alive) return ws.terminate();
    alive = false;
    if (ws.readyState === WebSocket.OPEN) ws.ping();
  }, pingEveryMs);
  ws.on('open', () => {
    // Understood as the first message alone.
    ws.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
    events.onOpen();
  });
  ws.on('pong', () => (alive = true));
  ws.on('message', (data, isBinary) => {
    alive = true;
    const bytes = Buffer.isBuffer(data)
      ? data
      : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    if (isBinary) events.onFrame(bytes);
    else events.onText(bytes.toString('utf8'));
  });
  ws.on('error', (error) => log.debug({ err: error, url }, 'the socket of a host failed'));
  ws.on('close', () => {
    clearInterval(pinger);
    events.onClose();
  });
  return {
    isOpen: () => ws.readyState === WebSocket.OPEN,
    close: () => ws.terminate(),
  };
}
