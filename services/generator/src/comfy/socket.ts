import { randomUUID } from 'node:crypto';
import type { Log } from '@gaze/runtime';
import WebSocket from 'ws';
import { z } from 'zod';

const Message = z.looseObject({
  type: z.string(),
  data: z.looseObject({ prompt_id: z.string().optional() }).catch({}),
});

/** Frame of a preview with its owner named: event code 4, length, JSON, picture (big-endian). */
const previewWithMetadata = 4;
const PreviewMetadata = z.looseObject({
  prompt_id: z.string(),
  image_type: z.string().default('image/jpeg'),
});
const pingEveryMs = 20_000;
const maxPreviewBytes = 256 * 1024;

export interface SocketEvents {
  onMessage: (type: string, promptId: string, data: Record<string, unknown>) => void;
  onPreview: (promptId: string, mime: string, bytes: Buffer) => void;
}

export interface ComfySocket {
  /** The id under which prompts are posted now, so that this socket hears of them. */
  clientId: () => string;
  connected: () => boolean;
  close: () => void;
}

/**
 * Listens to a host. Lossy by nature: nothing is replayed, so every decision rests on history and queue, and
 * this only makes things quick and visible.
 *
 * Each connection has a client id of its own: where an old socket with the same id ends late, ComfyUI would
 * silence the new one.
 */
export function openComfySocket(url: string, events: SocketEvents, log: Log): ComfySocket {
  let clientId = randomUUID() as string;
  let socket: WebSocket | null = null;
  let closed = false;
  let retryMs = 250;
  let timer: NodeJS.Timeout | undefined;

  const connect = (): void => {
    clientId = randomUUID();
    const ws = new WebSocket(`${url.replace(/^http/, 'ws')}/ws?clientId=${clientId}`, {
      handshakeTimeout: 5000,
      followRedirects: false,
      maxPayload: 32 * 1024 * 1024,
    });
    socket = ws;
    let alive = true;
    const pinger = setInterval(() => {
      if (!alive) return ws.terminate();
      alive = false;
      if (ws.readyState === WebSocket.OPEN) ws.ping();
    }, pingEveryMs);
    ws.on('open', () => {
      retryMs = 250;
      ws.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
    });
    ws.on('pong', () => (alive = true));
    ws.on('message', (data, isBinary) => {
      alive = true;
      const bytes = Buffer.isBuffer(data)
        ? data
        : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
      if (isBinary) readFrame(bytes, events);
      else readMessage(bytes.toString('utf8'), events);
    });
    ws.on('error', (error) => log.debug({ err: error, url }, 'the socket of a host failed'));
    ws.on('close', () => {
      clearInterval(pinger);
      if (closed || socket !== ws) return;
      timer = setTimeout(connect, retryMs);
      retryMs = Math.min(retryMs * 2, 5000);
    });
  };
  connect();

  return {
    clientId: () => clientId,
    connected: () => socket?.readyState === WebSocket.OPEN,
    close: () => {
      closed = true;
      clearTimeout(timer);
      socket?.terminate();
    },
  };
}

function readMessage(text: string, events: SocketEvents): void {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return; // custom nodes send what they like; what is not JSON is not for us
  }
  const message = Message.safeParse(json);
  if (!message.success || message.data.data.prompt_id === undefined) return;
  events.onMessage(message.data.type, message.data.data.prompt_id, message.data.data);
}

function readFrame(bytes: Buffer, events: SocketEvents): void {
  if (bytes.length < 8 || bytes.readUInt32BE(0) !== previewWithMetadata) return;
  const length = bytes.readUInt32BE(4);
  if (8 + length > bytes.length) return;
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8', 8, 8 + length));
  } catch {
    return;
  }
  const metadata = PreviewMetadata.safeParse(json);
  const picture = bytes.subarray(8 + length);
  if (!metadata.success || picture.length > maxPreviewBytes) return;
  events.onPreview(metadata.data.prompt_id, metadata.data.image_type, picture);
}
