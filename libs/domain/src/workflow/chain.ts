import type { HostCapabilities, SnapshotPart } from '@gaze/contracts';
import type { ChainLink } from '../snapshot/lora-chain.ts';
import { loraSlots } from '../snapshot/lora-chain.ts';
import type { Graph, Output } from './graph.ts';
import { addNode, connect, freeId, links, remove } from './graph.ts';
import { requireOnHost } from './host-names.ts';

/** Where model and clip come from at a point of the chain. */
export interface Source {
  model: Output;
  clip: Output;
}

const modelSlot = 0;
const clipSlot = 1;
const clipSkipId = '22';

/** The template's nodes that pass model and clip on: checkpoint, clip skip and the LoRA slots. */
export function chainMembers(graph: Graph, checkpoint: string, clip: string | null = null): Set<string> {
  const slots = loraSlots.map(String).filter((id) => graph.get(id)?.class_type === 'LoraLoader');
  const skip = graph.get(clipSkipId)?.class_type === 'CLIPSetLastLayer' ? [clipSkipId] : [];
  return new Set([checkpoint, ...(clip === null ? [] : [clip]), ...skip, ...slots]);
}

/** Inputs outside of the chain that take model or clip from any of its members. */
export function chainConsumers(
  graph: Graph,
  members: ReadonlySet<string>,
  clip: string | null = null,
): { id: string; input: string; kind: keyof Source }[] {
  const consumers: { id: string; input: string; kind: keyof Source }[] = [];
  for (const { id, input, from } of links(graph)) {
    if (members.has(id) || !members.has(from.id)) continue;
    // CLIPSetLastLayer and a loader of text encoders give clip on their only slot; the others model, then clip.
    if (from.id === clipSkipId || from.id === clip || from.slot === clipSlot)
      consumers.push({ id, input, kind: 'clip' });
    else if (from.slot === modelSlot) consumers.push({ id, input, kind: 'model' });
  }
  return consumers;
}

/** Ends the text encoder `layers` layers early: node 22 between checkpoint and LoRAs. Undefined keeps the template's own. */
export function setClipSkip(graph: Graph, source: Source, layers: number | undefined): Source {
  const known = graph.get(clipSkipId)?.class_type === 'CLIPSetLastLayer';
  if (layers === undefined) {
    if (!known) return source;
    connect(graph, clipSkipId, 'clip', source.clip);
    return { ...source, clip: { id: clipSkipId, slot: 0 } };
  }
  const id = known ? clipSkipId : freeId(graph, Number(clipSkipId));
  addNode(graph, id, 'CLIPSetLastLayer', 'Clip skip', {
    stop_at_clip_layer: -layers,
    clip: [source.clip.id, source.clip.slot],
  });
  return { ...source, clip: { id, slot: 0 } };
}

/** Fills the slots of the chain and leaves none unfilled. Answers where the chain ends. */
export function addLoras(
  graph: Graph,
  source: Source,
  chain: readonly ChainLink<SnapshotPart>[],
  host: HostCapabilities,
): Source {
  for (const id of loraSlots.map(String)) if (graph.get(id)?.class_type === 'LoraLoader') remove(graph, id);
  let end = source;
  for (const { node, part } of chain) {
    if (part.lora === null) continue;
    const id = freeId(graph, node);
    const { name, weight, clip_weight } = part.lora;
    addNode(graph, id, 'LoraLoader', `LoRA: ${part.name}`, {
      model: [end.model.id, end.model.slot],
      clip: [end.clip.id, end.clip.slot],
      lora_name: requireOnHost(host, 'loras', name),
      strength_model: weight,
      strength_clip: clip_weight ?? weight,
    });
    end = { model: { id, slot: modelSlot }, clip: { id, slot: clipSlot } };
  }
  return end;
}
