import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { HostCapabilities, Workflow } from '@gaze/contracts';
import { buildLog } from '@gaze/runtime';
import { buildComfyClient } from '../../services/generator/src/comfy/client.ts';
import type { ComfyClient, HistoryEntry, PromptPlace } from '../../services/generator/src/comfy/client.ts';
import { HostRefusal, HostUnreachable, explainRefusal } from '../../services/generator/src/comfy/errors.ts';
import { openComfySocket } from '../../services/generator/src/comfy/socket.ts';
import type { ComfySocket } from '../../services/generator/src/comfy/socket.ts';
import { Finding } from './finding.ts';

export interface VisitOptions {
  url: string;
  checkpoint?: string | undefined;
  /** How long a picture may take, its model's load included. */
  patienceMs: number;
}

export interface Heard {
  type: string;
  data: Record<string, unknown>;
}

/** One run of the checks against one host, and what they found out so far. */
export interface Visit extends VisitOptions {
  client: ComfyClient;
  socket: ComfySocket;
  capabilities: HostCapabilities | null;
  /** Name of the checkpoint to render with, in the host's own spelling. */
  model: string;
  rendered: { promptId: string; entry: HistoryEntry; seconds: number } | null;
  heard: (promptId: string) => Heard[];
  previews: (promptId: string) => number;
  /** Queues a graph under a new id. @throws Finding where the host does not take it */
  post: (graph: Workflow) => Promise<string>;
  /** Waits until the prompt is where it shall be. @throws Finding */
  until: (promptId: string, place: PromptPlace, limitMs: number) => Promise<void>;
  /** Takes away what was posted and has not ended, and closes the connection. */
  leave: () => Promise<void>;
}

const askEveryMs = 150;
const silentMs = 20_000;

export function openVisit(options: VisitOptions): Visit {
  const stop = new AbortController();
  const client = buildComfyClient(options.url, {
    signal: stop.signal,
    silentMs: Math.min(silentMs, options.patienceMs),
  });
  const heard = new Map<string, Heard[]>();
  const previews = new Map<string, number>();
  const posted = new Set<string>();
  const socket = openComfySocket(
    options.url,
    {
      onMessage: (type, promptId, data) =>
        heard.set(promptId, [...(heard.get(promptId) ?? []), { type, data }]),
      onPreview: (promptId) => previews.set(promptId, (previews.get(promptId) ?? 0) + 1),
      onLost: () => undefined,
      wanted: () => [],
    },
    buildLog({ service: 'check', level: 'silent' }),
  );

  return {
    ...options,
    client,
    socket,
    capabilities: null,
    model: '',
    rendered: null,
    heard: (promptId) => heard.get(promptId) ?? [],
    previews: (promptId) => previews.get(promptId) ?? 0,
    async post(graph) {
      const promptId = randomUUID();
      posted.add(promptId);
      try {
        await client.post({
          graph,
          promptId,
          clientId: socket.clientId(),
          front: false,
          extraData: { gaze: { job: 'host check', attempt: 1 }, preview_method: 'auto' },
        });
      } catch (error) {
        throw asFinding(error);
      }
      return promptId;
    },
    async until(promptId, place, limitMs) {
      const until = performance.now() + limitMs;
      for (;;) {
        const now = await client.where(promptId);
        if (now === place) return;
        if (now === 'finished' && place === 'running')
          throw new Finding('The prompt ended before it was seen running.');
        if (performance.now() >= until)
          throw new Finding(
            `The prompt is ${now ?? 'not known to the host'} after ${Math.round(limitMs / 1000)} s; it should be ${place}.`,
          );
        await wait(askEveryMs);
      }
    },
    async leave() {
      const open = [...posted];
      await Promise.allSettled(
        open.map(async (promptId) => {
          const place = await client.where(promptId);
          if (place === 'pending' || place === 'running') await client.cancel(promptId);
        }),
      );
      stop.abort();
      socket.close();
    },
  };
}

export function asFinding(error: unknown): Finding {
  if (error instanceof Finding) return error;
  if (error instanceof HostRefusal) {
    return new Finding(explainRefusal(error, 'The host').wire.message, { cause: error });
  }
  if (error instanceof HostUnreachable)
    return new Finding(`It cannot be used: ${error.reason}.`, { cause: error });
  return new Finding(error instanceof Error ? error.message : String(error), { cause: error });
}
