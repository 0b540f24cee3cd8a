import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { startComfyStandIn } from '../src/index.ts';
import type { StandIn, StandInOptions } from '../src/index.ts';

// A client of our own for the tests: plain fetch and ws, no assumption beyond the wire.

export type Json = Record<string, unknown>;

/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- a test names the shape that it then checks */
export interface Answer {
  status: number;
  text: string;
  json: <T = Json>() => T;
}

export async function ask(standIn: StandIn, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(standIn.url + path, init);
  const text = await response.text();
  return { status: response.status, text, json: <T>() => JSON.parse(text) as T };
}

/* eslint-enable @typescript-eslint/no-unnecessary-type-parameters */

export const post = (standIn: StandIn, path: string, body: unknown): Promise<Answer> =>
  ask(standIn, path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

export type Graph = Record<string, { class_type: string; inputs: Json; _meta?: Json }>;

/** The smallest graph that makes a picture. */
export function simpleGraph(
  changes: { seed?: number; steps?: number; text?: string; prefix?: string } = {},
): Graph {
  return {
    '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'Illustrious/meadow_v1.safetensors' } },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 128, height: 192, batch_size: 1 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: changes.text ?? '1girl, solo', clip: ['4', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: 'blurry', clip: ['4', 1] } },
    '3': {
      class_type: 'KSampler',
      inputs: {
        model: ['4', 0],
        seed: changes.seed ?? 1,
        steps: changes.steps ?? 3,
        cfg: 5,
        sampler_name: 'euler_ancestral',
        scheduler: 'normal',
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
        denoise: 1,
      },
    },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': {
      class_type: 'SaveImage',
      inputs: { images: ['8', 0], filename_prefix: changes.prefix ?? 'gaze/test' },
    },
  };
}

/** Every required scalar of a detailer. */
const detailerScalars: Json = {
  guide_size: 512,
  guide_size_for: true,
  max_size: 1024,
  seed: 1,
  steps: 2,
  cfg: 5,
  sampler_name: 'euler',
  scheduler: 'normal',
  denoise: 0.5,
  feather: 5,
  noise_mask: true,
  force_inpaint: true,
  bbox_threshold: 0.5,
  bbox_dilation: 10,
  bbox_crop_factor: 3,
  sam_detection_hint: 'center-1',
  sam_dilation: 0,
  sam_threshold: 0.93,
  sam_bbox_expansion: 0,
  sam_mask_hint_threshold: 0.7,
  sam_mask_hint_use_negative: 'False',
  drop_size: 10,
  wildcard: '',
  cycle: 1,
};

/** The graph with a face and a hand pass, as GAZE's template has it. */
export function detailedGraph(changes: Parameters<typeof simpleGraph>[0] = {}): Graph {
  const graph = simpleGraph(changes);
  const shared = { model: ['4', 0], clip: ['4', 1], vae: ['4', 2], negative: ['7', 0], ...detailerScalars };
  const pass = (image: string, positive: string, detector: string): Graph[string] => ({
    class_type: 'FaceDetailer',
    inputs: { ...shared, image: [image, 0], positive: [positive, 0], bbox_detector: [detector, 0] },
  });
  graph['14'] = { class_type: 'CLIPTextEncode', inputs: { text: 'a face', clip: ['4', 1] } };
  graph['15'] = { class_type: 'CLIPTextEncode', inputs: { text: 'hands', clip: ['4', 1] } };
  graph['10'] = { class_type: 'UltralyticsDetectorProvider', inputs: { model_name: 'bbox/face_yolov8m.pt' } };
  graph['12'] = { class_type: 'UltralyticsDetectorProvider', inputs: { model_name: 'bbox/hand_yolov8s.pt' } };
  graph['11'] = pass('8', '14', '10');
  graph['13'] = pass('11', '15', '12');
  graph['9'] = { class_type: 'SaveImage', inputs: { images: ['13', 0], filename_prefix: 'gaze/detailed' } };
  return graph;
}

export const withInput = (graph: Graph, id: string, name: string, value: unknown): Graph => {
  const node = graph[id];
  if (node === undefined) throw new Error(`no node ${id}`);
  return { ...graph, [id]: { ...node, inputs: { ...node.inputs, [name]: value } } };
};

export function without(graph: Graph, id: string, name: string): Graph {
  const copy = structuredClone(graph);
  delete copy[id]?.inputs[name];
  return copy;
}

export interface Message {
  type: string;
  data: Json;
}

export interface Listener {
  clientId: string;
  /** JSON messages and binary frames in the order in which they came. */
  heard: (Message | Buffer)[];
  messages: () => Message[];
  types: () => string[];
  frames: () => Buffer[];
  until: (isIt: (message: Message) => boolean) => Promise<Message>;
  untilEnd: (promptId: string) => Promise<Message>;
  send: (value: unknown) => void;
  close: () => Promise<void>;
  closed: Promise<void>;
}

/** Connects a socket and collects what it hears. */
export async function listen(
  standIn: StandIn,
  options: { clientId?: string; path?: string; metadata?: boolean } = {},
): Promise<Listener> {
  const clientId = options.clientId ?? randomUUID();
  const socket = new WebSocket(
    `${standIn.url.replace('http', 'ws')}${options.path ?? '/ws'}?clientId=${clientId}`,
  );
  const heard: (Message | Buffer)[] = [];
  const waiting = new Set<() => void>();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('message', (data, isBinary) => {
    const bytes = data as Buffer;
    heard.push(isBinary ? bytes : (JSON.parse(bytes.toString('utf8')) as Message));
    for (const check of [...waiting]) check();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  const messages = (): Message[] => heard.filter((one): one is Message => !Buffer.isBuffer(one));
  const listener: Listener = {
    clientId,
    heard,
    messages,
    types: () => messages().map((message) => message.type),
    frames: () => heard.filter((one): one is Buffer => Buffer.isBuffer(one)),
    until: (isIt) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = messages().find(isIt);
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    untilEnd: (promptId) =>
      listener.until(
        ({ type, data }) => type === 'executing' && data.node === null && data.prompt_id === promptId,
      ),
    send: (value) => socket.send(JSON.stringify(value)),
    close: async () => {
      socket.close();
      await closed;
    },
    closed,
  };
  await listener.until((message) => message.type === 'status');
  if (options.metadata !== false) {
    listener.send({ type: 'feature_flags', data: { supports_preview_metadata: true } });
    await listener.until((message) => message.type === 'feature_flags');
  }
  return listener;
}

/** Queues a graph and answers its id. */
export async function queue(
  standIn: StandIn,
  graph: Graph,
  more: Json & { client_id?: string } = {},
): Promise<string> {
  const answer = await post(standIn, '/prompt', { prompt: graph, prompt_id: randomUUID(), ...more });
  if (answer.status !== 200) throw new Error(`refused: ${answer.text}`);
  return String(answer.json().prompt_id);
}

/** Resolves when the log has such an entry. */
export function logged(
  standIn: StandIn,
  isIt: (entry: ReturnType<StandIn['log']['entries']>[number]) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const off = standIn.log.on((entry) => {
      if (isIt(entry)) finish();
    });
    const finish = (): void => {
      off();
      resolve();
    };
    if (standIn.log.entries().some(isIt)) finish();
  });
}

export const ended = (standIn: StandIn, promptId: string): Promise<void> =>
  logged(standIn, (entry) => entry.type === 'ended' && entry.promptId === promptId);

export interface HistoryEntry {
  prompt: [number, string, Graph, Json, string[]];
  outputs: Record<string, { images: { filename: string; subfolder: string; type: string }[] }>;
  status: { status_str: string; completed: boolean; messages: [string, Json][] };
  meta: Json;
}

export async function historyOf(standIn: StandIn, promptId: string): Promise<HistoryEntry | undefined> {
  return (await ask(standIn, `/history/${promptId}`)).json<Record<string, HistoryEntry>>()[promptId];
}

export const start = (options: StandInOptions = {}): Promise<StandIn> => startComfyStandIn(options);
