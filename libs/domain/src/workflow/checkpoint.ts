import type { HostCapabilities, Snapshot } from '@gaze/contracts';
import { DomainError, quote } from '../errors.ts';
import { placeOf } from '../fields/place.ts';
import { numberOf, own, textOf } from '../json.ts';
import type { Graph } from './graph.ts';
import { addNode, freeId, rewire } from './graph.ts';
import { hostSpelling, requireOnHost } from './host-names.ts';
import type { Roles } from './roles.ts';

/** How a checkpoint wants to be sampled. What it does not say stays as the template has it. */
export interface CheckpointSettings {
  steps: number | undefined;
  cfg: number | undefined;
  sampler_name: string | undefined;
  scheduler: string | undefined;
  /** Layers of the text encoder left out at its end, 2 to 24; undefined: as the template has it. */
  clipSkip: number | undefined;
  /** Undefined: the checkpoint's own. */
  vae: string | undefined;
}

/** Reads a checkpoint's settings. @throws DomainError data_error for a number out of ComfyUI's bounds */
export function checkpointSettings(checkpoint: Snapshot['checkpoint']): CheckpointSettings {
  const vae = textOf(own(checkpoint.data, 'vae'));
  return {
    steps: boundedNumber(checkpoint, 'steps', 1, 10_000, true),
    cfg: boundedNumber(checkpoint, 'cfg', 0, 100, false),
    sampler_name: textOf(own(checkpoint.data, 'sampler_name')),
    scheduler: textOf(own(checkpoint.data, 'scheduler')),
    clipSkip: clipSkipOf(checkpoint),
    vae: vae?.toLowerCase() === 'integrated' ? undefined : vae,
  };
}

/** 1 is the last layer, that is none skipped. ComfyUI writes the same as -1, -2, …, and so do people. */
function clipSkipOf(checkpoint: Snapshot['checkpoint']): number | undefined {
  const value = boundedNumber(checkpoint, 'clip_skip', -24, 24, true);
  return value === undefined || Math.abs(value) < 2 ? undefined : Math.abs(value);
}

function boundedNumber(
  checkpoint: Snapshot['checkpoint'],
  key: string,
  least: number,
  most: number,
  whole: boolean,
): number | undefined {
  const value = own(checkpoint.data, key);
  if (value === undefined || value === null || value === '') return undefined;
  const number = numberOf(value);
  if (number !== undefined && number >= least && number <= most && (!whole || Number.isInteger(number)))
    return number;
  const { file } = placeOf({
    category: 'checkpoints',
    slug: checkpoint.slug ?? checkpoint.path,
    name: checkpoint.name,
  });
  const kind = whole ? 'a whole number' : 'a number';
  throw new DomainError(
    'data_error',
    `${quote(key)} of ${checkpoint.name} (${file}) must be ${kind} from ${least} to ${most}.`,
    { file, field: key },
  );
}

/**
 * Samples as the checkpoint wants it. With `onlyKnown` a node takes those settings alone that it has inputs for:
 * samplers that are made of several nodes share them.
 * @throws DomainError no_host_has_file where the host lacks sampler or scheduler
 */
export function setSampling(
  graph: Graph,
  id: string,
  settings: CheckpointSettings,
  host: HostCapabilities,
  options: { onlyKnown: boolean } = { onlyKnown: false },
): void {
  const node = graph.get(id);
  if (node === undefined) return;
  takeOver(node.inputs, settings, options);
  for (const [input, list] of [
    ['sampler_name', 'samplers'],
    ['scheduler', 'schedulers'],
  ] as const) {
    const value = node.inputs[input];
    if (typeof value === 'string') requireOnHost(host, list, value);
  }
}

/** The same for a detailer, whose scheduler comes from another list: what the host lacks becomes `euler` or `normal`. */
export function setDetailerSampling(
  graph: Graph,
  id: string,
  settings: CheckpointSettings,
  host: HostCapabilities,
): string[] {
  const node = graph.get(id);
  if (node === undefined) return [];
  takeOver(node.inputs, settings);
  const notes: string[] = [];
  const choices = [
    { input: 'sampler_name', list: host.samplers, instead: 'euler' },
    { input: 'scheduler', list: host.detailer_schedulers, instead: 'normal' },
  ];
  for (const { input, list, instead } of choices) {
    const value = node.inputs[input];
    if (typeof value !== 'string' || hostSpelling(value, list) !== undefined) continue;
    node.inputs[input] = instead;
    if (value !== instead)
      notes.push(
        `The detailers of ${host.host_name} do not know ${input === 'scheduler' ? 'the scheduler' : 'the sampler'} ${quote(value)}; they use ${instead}.`,
      );
  }
  return notes;
}

function takeOver(
  inputs: Record<string, unknown>,
  settings: CheckpointSettings,
  { onlyKnown }: { onlyKnown: boolean } = { onlyKnown: false },
): void {
  for (const key of ['steps', 'cfg', 'sampler_name', 'scheduler'] as const) {
    if (settings[key] !== undefined && (!onlyKnown || Object.hasOwn(inputs, key)))
      inputs[key] = settings[key];
  }
}

/** Decodes with a VAE of its own: node 21, and every consumer of the checkpoint's VAE is rewired to it. */
export function useVae(graph: Graph, roles: Roles, vae: string, host: HostCapabilities): void {
  const known = graph.get('21')?.class_type === 'VAELoader';
  const id = known ? '21' : freeId(graph, 21);
  addNode(graph, id, 'VAELoader', 'VAE', { vae_name: requireOnHost(host, 'vaes', vae) });
  if (roles.checkpoint !== null) rewire(graph, { id: roles.checkpoint, slot: 2 }, { id, slot: 0 });
}
