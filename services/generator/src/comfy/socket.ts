import { randomUUID } from 'node:crypto';
import { isForbiddenAddress } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import { z } from 'zod';
import { readFrame } from './frames.ts';
import { parseJson } from './http.ts';
import type { Line } from './line.ts';
import { openLine } from './line.ts';

const Message = z.looseObject({
  type: z.string(),
  data: z.looseObject({ prompt_id: z.string().optional() }).catch({}),
});

export interface SocketEvents {
  onMessage: (type: string, promptId: string, data: Record<string, unknown>) => void;
  onPreview: (promptId: string, mime: string, bytes: Buffer) => void;
  /** A connection ended: its prompts are heard no more for now. */
  onLost: (clientId: string) => void;
  /** Client ids under which prompts were posted that somebody still waits for. */
  wanted: () => Iterable<string>;
}

export interface ComfySocket {
  /** The id under which prompts are posted now, so that this socket hears of them. */
  clientId: () => string;
  connected: () => boolean;
  /** Ends connections for prompts that nobody waits for any more. */
  tidy: () => void;
  close: () => void;
}

const firstRetryMs = 250;
const longestRetryMs = 5000;
/** Time for the host to notice that the old connection is gone: its late end would silence a new one of that id. */
const listenAgainAfterMs = 1000;

/**
 * Listens to a host. Lossy by nature: nothing is replayed, so every decision rests on history and queue, and
 * this only makes things quick and visible.
 *
 * Each connection has a client id of its own: where an old socket with the same id ends late, ComfyUI would
 * silence the new one. Prompts belong for ever to the id that they were posted under, so that lost ids are listened
 * to again beside the new one, for as long as somebody waits for their prompts.
 */
export function openComfySocket(url: string, events: SocketEvents, log: Log): ComfySocket {
  const again = new Map<string, Line>();
  const timers = new Set<NodeJS.Timeout>();
  let clientId = randomUUID() as string;
  let main: Line | null = null;
  let closed = false;
  let retryMs = firstRetryMs;
  let executing: string | null = null;

  function later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!closed) work();
    }, ms);
    timers.add(timer);
  }

  function onText(text: string): void {
    // Custom nodes send what they like; what cannot be read is not for us.
    const message = Message.safeParse(parseJson(text));
    if (!message.success) return;
    const { type, data } = message.data;
    if (data.prompt_id === undefined) return;
    if (type === 'executing') executing = data.prompt_id;
    events.onMessage(type, data.prompt_id, data);
  }

  function onFrame(bytes: Buffer): void {
    const frame = readFrame(bytes);
    const promptId = frame?.promptId ?? executing;
    if (frame !== null && promptId !== null) events.onPreview(promptId, frame.mime, frame.picture);
  }

  function connect(): void {
    const id = randomUUID() as string;
    clientId = id;
    main = openLine(
      url,
      id,
      {
        onText,
        onFrame,
        onOpen: () => (retryMs = firstRetryMs),
        onClose() {
          if (closed) return;
          events.onLost(id);
          later(listenAgainAfterMs, () => listenAgain(id));
          later(retryMs, connect);
          retryMs = Math.min(retryMs * 2, longestRetryMs);
        },
      },
      log,
    );
  }

  function tidy(): void {
    const wanted = new Set(events.wanted());
    for (const [id, line] of again) {
      if (wanted.has(id)) continue;
      again.delete(id);
      line.close();
    }
  }

  function listenAgain(id: string): void {
    tidy();
    if (!new Set(events.wanted()).has(id)) return;
    const line = openLine(
      url,
      id,
      {
        onText,
        onFrame,
        onOpen: () => undefined,
        onClose() {
          if (again.get(id) !== line) return;
          again.delete(id);
          events.onLost(id);
          later(listenAgainAfterMs, () => listenAgain(id));
        },
      },
      log,
    );
    again.set(id, line);
  }
  // Such a host is down for good, and `http` says why.
  if (!isForbiddenAddress(new URL(url).hostname)) connect();

  return {
    clientId: () => clientId,
    connected: () => main?.isOpen() === true,
    tidy,
    close: () => {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      main?.close();
      for (const line of again.values()) line.close();
    },
  };
}
