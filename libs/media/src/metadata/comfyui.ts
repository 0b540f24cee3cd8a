import type { PictureMetadata } from '@gaze/contracts';
import { finite, isObject, own, seedOf, textOf, wholeSide } from './values.ts';

interface Node {
  id: string;
  type: string;
  inputs: Record<string, unknown>;
}
type Nodes = ReadonlyMap<string, Node>;

/** A graph deeper than this is a loop or hostile. */
const maxSteps = 200;
const maxLoras = 100;

/**
 * Reads the API graph that ComfyUI writes into its pictures (`prompt` chunk), by what nodes do and not by their ids:
 * the sampler leads to seed, prompts, LoRAs and checkpoint. Custom nodes are followed where their inputs have the
 * usual names. Null where the text is no graph, or has no sampler.
 */
export function readComfyPrompt(text: string): PictureMetadata | null {
  const nodes = nodesOf(text);
  if (nodes === null) return null;
  const sampler = mainSampler(nodes);
  if (sampler === undefined) return null;
  const model = chainOf(nodes, sampler, 'model');
  const read = (names: readonly string[]): unknown => valueOf(nodes, sampler, names);
  const latent = chainOf(nodes, sampler, 'latent_image').find(
    (node) => wholeSide(own(node.inputs, 'width')) !== null,
  );
  return {
    source: 'comfyui',
    positive: promptOf(nodes, sampler, 'positive'),
    negative: promptOf(nodes, sampler, 'negative'),
    seed: seedOf(read(['seed', 'noise_seed'])),
    checkpoint: checkpointOf(model) ?? checkpointOf([...nodes.values()]),
    model_hash: null,
    loras: model.flatMap(lorasOf).reverse().slice(0, maxLoras),
    steps: finite(read(['steps'])),
    cfg: finite(read(['cfg', 'guidance'])),
    sampler: textOf(read(['sampler_name'])),
    scheduler: textOf(read(['scheduler'])),
    width: wholeSide(valueOf(nodes, latent, ['width'])),
    height: wholeSide(valueOf(nodes, latent, ['height'])),
  };
}

function nodesOf(text: string): Nodes | null {
  // ComfyUI writes NaN where a node gave one; JSON knows no such number.
  const parsed = parse(text) ?? parse(text.replace(/:\s*NaN\b/g, ': null'));
  if (!isObject(parsed)) return null;
  const nodes = new Map<string, Node>();
  for (const [id, node] of Object.entries(parsed)) {
    const type = textOf(own(node, 'class_type'));
    const inputs = own(node, 'inputs');
    if (type !== null && isObject(inputs)) nodes.set(id, { id, type, inputs });
  }
  return nodes.size === 0 ? null : nodes;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The sampler that made the picture: of several, the one that starts from an empty latent, so not a later repair. */
function mainSampler(nodes: Nodes): Node | undefined {
  const samplers = [...nodes.values()].filter((node) => /sampler/i.test(node.type) && takesPrompts(node));
  const first = samplers.find((node) => {
    const chain = chainOf(nodes, node, 'latent_image');
    const empty = chain.findIndex(({ type }) => /^Empty.*Latent/i.test(type));
    return empty >= 0 && !chain.slice(0, empty).some(takesPrompts);
  });
  return first ?? samplers[0] ?? [...nodes.values()].find(takesPrompts);
}

const takesPrompts = (node: Node): boolean =>
  Object.hasOwn(node.inputs, 'positive') &&
  Object.hasOwn(node.inputs, 'negative') &&
  Object.hasOwn(node.inputs, 'model');

const linked = (nodes: Nodes, value: unknown): Node | undefined =>
  Array.isArray(value) && value.length === 2 && (typeof value[0] === 'string' || typeof value[0] === 'number')
    ? nodes.get(String(value[0]))
    : undefined;

/** The nodes that an input leads back through, nearest first, each by the input of the same name or the first link. */
function chainOf(nodes: Nodes, from: Node, input: string): Node[] {
  const chain: Node[] = [];
  const seen = new Set<string>([from.id]);
  let next = linked(nodes, own(from.inputs, input));
  while (next !== undefined && !seen.has(next.id) && chain.length < maxSteps) {
    seen.add(next.id);
    chain.push(next);
    const { inputs }: Node = next;
    next =
      linked(nodes, own(inputs, input)) ??
      Object.values(inputs)
        .map((value) => linked(nodes, value))
        .find((node) => node !== undefined && !seen.has(node.id));
  }
  return chain;
}

/** The text behind a conditioning input: what nearest holds a text, several joined in their order. */
function promptOf(nodes: Nodes, sampler: Node, input: 'positive' | 'negative'): string {
  const texts: string[] = [];
  const seen = new Set<string>([sampler.id]);
  const open: unknown[] = [own(sampler.inputs, input)];
  while (open.length > 0 && seen.size < maxSteps) {
    const node = linked(nodes, open.shift());
    if (node === undefined || seen.has(node.id)) continue;
    seen.add(node.id);
    const text = encodedText(nodes, node);
    if (text !== null) texts.push(text);
    else open.unshift(...conditioningInputs(node, input));
  }
  return texts.join(', ');
}

/** What a text encoder was given, also where the text comes from a node of its own. */
function encodedText(nodes: Nodes, node: Node): string | null {
  const values = ['text', 'text_g', 'text_l', 'prompt', 'string', 'value', 't5xxl', 'clip_l']
    .filter((name) => Object.hasOwn(node.inputs, name))
    .map((name) => plainText(nodes, node.inputs[name], 0))
    .filter((text) => text !== null && text.trim() !== '');
  return values[0] ?? (Object.hasOwn(node.inputs, 'text') ? '' : null);
}

function plainText(nodes: Nodes, value: unknown, depth: number): string | null {
  if (typeof value === 'string') return value;
  const source = depth < 20 ? linked(nodes, value) : undefined;
  if (source === undefined) return null;
  for (const name of ['text', 'string', 'value', 'prompt', 'string_a', 'text_a']) {
    const text = plainText(nodes, own(source.inputs, name), depth + 1);
    if (text !== null && text.trim() !== '') return text;
  }
  return null;
}

/** A node that has both prompts (ControlNet, say) hands each on under its own name; combiners have several inputs. */
function conditioningInputs(node: Node, input: 'positive' | 'negative'): unknown[] {
  if (Object.hasOwn(node.inputs, input)) return [node.inputs[input]];
  const other = input === 'positive' ? 'negative' : 'positive';
  return Object.entries(node.inputs)
    .filter(([name, value]) => name !== other && name !== 'clip' && name !== 'model' && Array.isArray(value))
    .map(([, value]) => value);
}

/** A plain value of a node, or of the node that an input of that name leads to (a seed node, say). */
function valueOf(nodes: Nodes, node: Node | undefined, names: readonly string[]): unknown {
  for (const name of names) {
    const value = own(node?.inputs, name);
    if (value === undefined) continue;
    const source = linked(nodes, value);
    if (source === undefined) return value;
    for (const inner of [name, 'seed', 'value', 'int', 'float'])
      if (Object.hasOwn(source.inputs, inner) && !Array.isArray(source.inputs[inner]))
        return source.inputs[inner];
  }
  return undefined;
}

function checkpointOf(nodes: readonly Node[]): string | null {
  for (const node of nodes) {
    const name = textOf(own(node.inputs, 'ckpt_name')) ?? textOf(own(node.inputs, 'unet_name'));
    if (name !== null) return name;
  }
  return null;
}

/** One LoRA of the usual loader; several of a stacking one, whose inputs are objects or numbered names. */
function lorasOf({ inputs }: Node): { name: string; weight: number }[] {
  const name = textOf(own(inputs, 'lora_name'));
  if (name !== null && name !== 'None')
    return [{ name, weight: finite(own(inputs, 'strength_model')) ?? finite(own(inputs, 'strength')) ?? 1 }];
  return Object.values(inputs)
    .flatMap((value) => {
      const lora = textOf(own(value, 'lora'));
      if (lora === null || lora === 'None' || own(value, 'on') === false) return [];
      return [{ name: lora, weight: finite(own(value, 'strength')) ?? 1 }];
    })
    .reverse();
}
