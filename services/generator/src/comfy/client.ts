import type { Workflow } from '@gaze/contracts';
import { z } from 'zod';
import { HostRefusal, HostUnreachable } from './errors.ts';

/** Milliseconds after which a host that does not answer a plain HTTP question counts as silent (design: 30 s). */
const silentAfterMs = 30_000;
const downloadLimitMs = 120_000;
/** A picture larger than this is no picture of ours. */
const maxImageBytes = 256 * 1024 * 1024;

/** Shapes are loose on purpose: versions differ, and only what is read here may break us. */
const PromptAccepted = z.looseObject({
  prompt_id: z.string(),
  node_errors: z.record(z.string(), z.unknown()).default({}),
});
const PromptRefused = z.looseObject({
  error: z.looseObject({
    type: z.string().default('unknown'),
    message: z.string().default(''),
    details: z.string().default(''),
  }),
  node_errors: z.record(z.string(), z.unknown()).default({}),
});
const QueueItem = z.tuple([z.number(), z.string(), z.unknown(), z.looseObject({}).catch({})], z.unknown());
const Queue = z.looseObject({ queue_running: z.array(QueueItem), queue_pending: z.array(QueueItem) });
const OutputImage = z.looseObject({
  filename: z.string(),
  subfolder: z.string().default(''),
  type: z.string().default('output'),
});
export type OutputImage = z.infer<typeof OutputImage>;
const HistoryEntry = z.looseObject({
  outputs: z.record(z.string(), z.looseObject({ images: z.array(OutputImage).optional() })).default({}),
  status: z
    .looseObject({
      status_str: z.string(),
      completed: z.boolean().default(false),
      messages: z.array(z.tuple([z.string(), z.looseObject({})])).default([]),
    })
    .optional(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;
const History = z.record(z.string(), HistoryEntry);
const SystemStats = z.looseObject({
  system: z.looseObject({ comfyui_version: z.string().nullish(), os: z.string().nullish() }),
});

export interface QueuedPrompt {
  promptId: string;
  extraData: Record<string, unknown>;
}

export interface ComfyClient {
  readonly url: string;
  /** Queues a graph. Throws HostRefusal where the host does not take it, HostUnreachable where nothing can be said. */
  post(prompt: {
    graph: Workflow;
    promptId: string;
    clientId: string;
    front: boolean;
    extraData: Record<string, unknown>;
  }): Promise<void>;
  queue(): Promise<{ running: QueuedPrompt[]; pending: QueuedPrompt[] }>;
  /** The entry of a finished prompt; null for one that is unknown, waiting or running. */
  history(promptId: string): Promise<HistoryEntry | null>;
  /** Whether the prompt waits, runs or ended here; null: the host does not know it. */
  where(promptId: string): Promise<'pending' | 'running' | 'finished' | null>;
  /** Takes a waiting prompt out of the queue, or stops it by id where it runs. */
  cancel(promptId: string): Promise<void>;
  /** Takes a waiting prompt out; false where it runs already or is unknown. */
  withdraw(promptId: string): Promise<boolean>;
  view(image: OutputImage): Promise<Buffer>;
  objectInfo(): Promise<unknown>;
  version(): Promise<string | null>;
}

/** A client of one ComfyUI server. `url` has no trailing slash. Redirects are never followed: a host answers itself. */
export function buildComfyClient(url: string, options: { signal: AbortSignal }): ComfyClient {
  async function ask(path: string, init: RequestInit = {}, limitMs = silentAfterMs): Promise<Response> {
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(limitMs)]);
    try {
      return await fetch(url + path, { ...init, redirect: 'error', signal });
    } catch (error) {
      throw new HostUnreachable(url, error);
    }
  }
  async function json<T extends z.ZodType>(path: string, schema: T, init?: RequestInit): Promise<z.infer<T>> {
    const response = await ask(path, init);
    if (!response.ok) throw await unexpected(path, response);
    let body: unknown;
    try {
      body = await response.json();
    } catch (error) {
      throw new HostUnreachable(url, error);
    }
    const parsed = schema.safeParse(body);
    if (!parsed.success)
      throw new HostUnreachable(url, parsed.error, `${path} answered something that is not ComfyUI's`);
    return parsed.data;
  }
  async function unexpected(path: string, response: Response): Promise<HostUnreachable> {
    await response.body?.cancel();
    return new HostUnreachable(url, undefined, `${path} answered ${response.status}`);
  }
  const sendJson = (path: string, body: unknown): Promise<Response> =>
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  const client: ComfyClient = {
    url,
    async post({ graph, promptId, clientId, front, extraData }) {
      const response = await sendJson('/prompt', {
        prompt: graph,
        prompt_id: promptId,
        client_id: clientId,
        ...(front ? { front: true } : {}),
        extra_data: extraData,
      });
      if (response.status === 400) throw refusal(await response.text());
      if (!response.ok) throw await unexpected('/prompt', response);
      const accepted = PromptAccepted.safeParse(
        await response.json().catch((error: unknown) => Promise.reject(new HostUnreachable(url, error))),
      );
      if (!accepted.success) throw new HostUnreachable(url, accepted.error);
      // Node errors beside a 200 mean that an output was dropped in silence: that is a refusal for us.
      if (Object.keys(accepted.data.node_errors).length > 0) {
        await client.cancel(promptId);
        throw new HostRefusal(
          'prompt_outputs_failed_validation',
          'A part of the workflow was refused.',
          accepted.data.node_errors,
        );
      }
    },
    async queue() {
      const queue = await json('/queue', Queue);
      const item = ([, promptId, , extraData]: z.infer<typeof QueueItem>): QueuedPrompt => ({
        promptId,
        extraData,
      });
      return { running: queue.queue_running.map(item), pending: queue.queue_pending.map(item) };
    },
    async history(promptId) {
      const entries = await json(`/history/${promptId}`, History);
      return entries[promptId] ?? null;
    },
    async where(promptId) {
      // The queue first: a prompt that ends between the two questions is then found in the history.
      const queue = await client.queue();
      if (queue.running.some((p) => p.promptId === promptId)) return 'running';
      if (queue.pending.some((p) => p.promptId === promptId)) return 'pending';
      return (await client.history(promptId)) === null ? null : 'finished';
    },
    async cancel(promptId) {
      await client.withdraw(promptId);
      // With an id this stops that prompt alone, and does nothing where it does not run.
      const response = await sendJson('/interrupt', { prompt_id: promptId });
      await response.body?.cancel();
    },
    async withdraw(promptId) {
      const before = await client.where(promptId);
      if (before !== 'pending') return false;
      const response = await sendJson('/queue', { delete: [promptId] });
      await response.body?.cancel();
      return (await client.where(promptId)) === null;
    },
    async view(image) {
      const query = new URLSearchParams({
        filename: image.filename,
        subfolder: image.subfolder.replaceAll('\\', '/'),
        type: image.type,
      });
      const response = await ask(`/view?${query.toString()}`, {}, downloadLimitMs);
      if (!response.ok) throw await unexpected('/view', response);
      const declared = Number(response.headers.get('content-length') ?? '0');
      if (declared > maxImageBytes)
        throw new HostUnreachable(url, undefined, `/view wants to send ${declared} bytes`);
      try {
        const bytes = Buffer.from(await response.arrayBuffer());
        if (declared > 0 && bytes.length < declared)
          throw new Error(`only ${bytes.length} of ${declared} bytes came`);
        return bytes;
      } catch (error) {
        throw new HostUnreachable(url, error, 'the picture did not arrive whole');
      }
    },
    objectInfo: () => json('/object_info', z.record(z.string(), z.unknown())),
    async version() {
      return (await json('/system_stats', SystemStats)).system.comfyui_version ?? null;
    },
  };
  return client;
}

function refusal(text: string): HostRefusal {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return new HostRefusal('unknown', text.slice(0, 300), {});
  }
  const parsed = PromptRefused.safeParse(body);
  if (!parsed.success) return new HostRefusal('unknown', text.slice(0, 300), {});
  const { error, node_errors } = parsed.data;
  return new HostRefusal(error.type, [error.message, error.details].filter(Boolean).join(': '), node_errors);
}
