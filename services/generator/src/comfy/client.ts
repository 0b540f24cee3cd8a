import type { Workflow } from '@gaze/contracts';
import { z } from 'zod';
import { HostRefusal, HostUnreachable } from './errors.ts';
import type { ComfyHttp } from './http.ts';
import { buildComfyHttp, parseJson } from './http.ts';
import { buildJobsApi } from './jobs-api.ts';
import { History, PromptAccepted, PromptRefused, Queue, SystemStats } from './shapes.ts';
import type { HistoryEntry, OutputImage, QueueItem } from './shapes.ts';

export type { HistoryEntry, OutputImage } from './shapes.ts';

const downloadLimitMs = 120_000;
/** A picture larger than this is no picture of ours. */
const maxImageBytes = 256 * 1024 * 1024;

export interface QueuedPrompt {
  promptId: string;
  extraData: Record<string, unknown>;
}

export interface PromptToPost {
  graph: Workflow;
  promptId: string;
  clientId: string;
  /** Before everything that waits there. */
  front: boolean;
  extraData: Record<string, unknown>;
}

export type PromptPlace = 'pending' | 'running' | 'finished';

export interface ComfyClient {
  readonly url: string;
  /** Queues a graph. @throws HostRefusal where the host does not take it, HostUnreachable where nothing can be said */
  post(prompt: PromptToPost): Promise<void>;
  queue(): Promise<{ running: QueuedPrompt[]; pending: QueuedPrompt[] }>;
  /** The entry of a finished prompt; null for one that is unknown, waiting or running. */
  history(promptId: string): Promise<HistoryEntry | null>;
  /** Whether the prompt waits, runs or ended here; null: the host does not know it. */
  where(promptId: string): Promise<PromptPlace | null>;
  /** Takes a waiting prompt out of the queue, or stops it by id where it runs. No other prompt is touched. */
  cancel(promptId: string): Promise<void>;
  /** Takes a waiting prompt out; false where it runs already or is unknown. */
  withdraw(promptId: string): Promise<boolean>;
  /** Removes an ended prompt from the history: nobody shall take over what it left. */
  forget(promptId: string): Promise<void>;
  view(image: OutputImage): Promise<Buffer>;
  objectInfo(): Promise<unknown>;
  version(): Promise<string | null>;
  /** Its version, and what it renders on. */
  system(): Promise<{ version: string | null; device: { name: string; vram_bytes: number | null } | null }>;
  /** The host was away: it may have come back as another version. */
  relearn(): void;
}

/** A client of one ComfyUI server. `url` has no trailing slash; `silentMs` as in `buildComfyHttp`. */
export function buildComfyClient(
  url: string,
  options: { signal: AbortSignal; silentMs: number },
): ComfyClient {
  const http = buildComfyHttp(url, options);
  const jobs = buildJobsApi(http);

  const client: ComfyClient = {
    url,
    async post(prompt) {
      const accepted = await send(http, url, prompt);
      // Node errors beside a 200 mean that an output was dropped in silence: that is a refusal for us.
      if (Object.keys(accepted.node_errors).length === 0) return;
      // Whether or not the cancel arrives, the refusal stands; what is left there is swept.
      await client.cancel(prompt.promptId).catch(() => undefined);
      throw new HostRefusal('prompt_outputs_failed_validation', 'A part of the workflow was refused.', {
        nodeErrors: accepted.node_errors,
      });
    },
    async queue() {
      const queue = await http.json('/queue', Queue);
      return { running: queue.queue_running.map(queued), pending: queue.queue_pending.map(queued) };
    },
    async history(promptId) {
      const entries = await http.json(`/history/${promptId}`, History);
      return entries[promptId] ?? null;
    },
    async where(promptId) {
      if (await jobs.known()) return jobs.where(promptId);
      // The queue first: a prompt that ends between the two questions is then found in the history.
      const queue = await client.queue();
      if (queue.running.some((prompt) => prompt.promptId === promptId)) return 'running';
      if (queue.pending.some((prompt) => prompt.promptId === promptId)) return 'pending';
      return (await client.history(promptId)) === null ? null : 'finished';
    },
    async cancel(promptId) {
      if (await jobs.known()) return jobs.cancel(promptId);
      // First out of the queue, then by id where it runs: one that starts in between is met by the second.
      await order(http, '/queue', { delete: [promptId] });
      await order(http, '/interrupt', { prompt_id: promptId });
    },
    async withdraw(promptId) {
      if ((await client.where(promptId)) !== 'pending') return false;
      await order(http, '/queue', { delete: [promptId] });
      return (await client.where(promptId)) === null;
    },
    forget: (promptId) => order(http, '/history', { delete: [promptId] }),
    async view(image) {
      const query = new URLSearchParams({
        filename: image.filename,
        subfolder: image.subfolder.replaceAll('\\', '/'),
        type: image.type,
      });
      const response = await http.ask(`/view?${query.toString()}`, { limitMs: downloadLimitMs });
      if (response.ok) return http.bytes('/view', response, maxImageBytes);
      if (response.status !== 404) throw await http.unexpected('/view', response);
      await response.body?.cancel();
      throw new HostUnreachable(url, undefined, 'it no longer has the picture that it made');
    },
    objectInfo: () => http.json('/object_info', z.record(z.string(), z.unknown())),
    version: async () => (await client.system()).version,
    async system() {
      const { system, devices } = await http.json('/system_stats', SystemStats);
      const [device] = devices;
      return {
        version: system.comfyui_version ?? null,
        device: device === undefined ? null : { name: device.name, vram_bytes: device.vram_total ?? null },
      };
    },
    relearn: () => jobs.forget(),
  };
  return client;
}

async function send(
  http: ComfyHttp,
  url: string,
  { graph, promptId, clientId, front, extraData }: PromptToPost,
): Promise<z.output<typeof PromptAccepted>> {
  const response = await http.ask('/prompt', {
    method: 'POST',
    body: {
      prompt: graph,
      prompt_id: promptId,
      client_id: clientId,
      ...(front ? { front: true } : {}),
      extra_data: extraData,
    },
  });
  if (response.status === 400) throw refusal(await response.text().catch(() => ''));
  if (response.status === 413) {
    await response.body?.cancel().catch(() => undefined);
    throw new HostRefusal('payload_too_large', 'the workflow is larger than its --max-upload-size allows');
  }
  if (!response.ok) throw await http.unexpected('/prompt', response);
  const text = await response
    .text()
    .catch((error: unknown) => Promise.reject(new HostUnreachable(url, error)));
  const accepted = PromptAccepted.safeParse(parseJson(text));
  if (!accepted.success) throw new HostUnreachable(url, accepted.error, '/prompt answered no prompt id');
  return accepted.data;
}

function refusal(text: string): HostRefusal {
  const parsed = PromptRefused.safeParse(parseJson(text));
  if (!parsed.success) return new HostRefusal('unknown', text.slice(0, 300));
  const { error, node_errors: nodeErrors } = parsed.data;
  return new HostRefusal(error.type, [error.message, error.details].filter(Boolean).join(': '), {
    nodeErrors,
    node: error.extra_info,
  });
}

/** A request whose answer is empty, whatever it did. @throws HostUnreachable */
async function order(http: ComfyHttp, path: string, body: unknown): Promise<void> {
  const response = await http.ask(path, { method: 'POST', body });
  if (!response.ok) throw await http.unexpected(path, response);
  await response.body?.cancel();
}

function queued([, promptId, , extraData]: QueueItem): QueuedPrompt {
  return { promptId, extraData };
}
