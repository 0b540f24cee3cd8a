import type { HostCapabilities, Prompts, Snapshot, Workflow } from '@gaze/contracts';
import { DomainError } from '../errors.ts';
import { checkpointTexts } from '../prompt/compose.ts';
import { loraChain } from '../snapshot/lora-chain.ts';
import { seedPlus } from '../snapshot/seed.ts';
import { crossDedup } from '../tags/cross-dedup.ts';
import { joinTexts } from '../tags/split.ts';
import { addLoras, chainConsumers, chainMembers, setClipSkip } from './chain.ts';
import type { CheckpointSettings } from './checkpoint.ts';
import { checkpointSettings, setDetailerSampling, setSampling, useVae } from './checkpoint.ts';
import { checkClasses } from './classes.ts';
import { fitDetailer, isDetailWanted } from './detailers.ts';
import type { Graph } from './graph.ts';
import { checkLinks, connect, graphOf, workflowOf } from './graph.ts';
import { requireOnHost } from './host-names.ts';
import type { PromptTexts } from './placeholders.ts';
import { fillPlaceholders } from './placeholders.ts';
import type { Roles } from './roles.ts';
import { modelInputOf, rolesOf } from './roles.ts';
import { checkSize } from './size.ts';

export interface WiredWorkflow {
  /** Ready for ComfyUI but for the file name prefix, see `setFilenamePrefix`. */
  graph: Workflow;
  /** Sentences about what was left out on this host, or for this recipe. */
  notes: string[];
  /** What was wired, in chain order, under the names of the snapshot. */
  loras: { name: string; weight: number }[];
  checkpoint: string;
}

/** What every part of the wiring works on. */
interface Wiring {
  graph: Graph;
  roles: Roles & { sampler: string; checkpoint: string; latent: string };
  snapshot: Snapshot;
  host: HostCapabilities;
  settings: CheckpointSettings;
  notes: string[];
}

/**
 * Puts prompts, LoRAs, checkpoint, size and seed of a snapshot into a template, as this host can run it. Pure, and
 * the template is never changed: equal arguments give equal bytes.
 *
 * @throws DomainError no_host_has_file (this host lacks the named file, sampler or node; another one may have it),
 *   data_error (the template or the checkpoint's data), invalid_input (the size)
 */
export function wireWorkflow(
  template: Workflow,
  snapshot: Snapshot,
  prompts: Prompts,
  capabilities: HostCapabilities,
): WiredWorkflow {
  const file = `workflows/${snapshot.template.name}.json`;
  const wiring: Wiring = {
    graph: graphOf(template),
    roles: neededRoles(template, file),
    snapshot,
    host: capabilities,
    settings: checkpointSettings(snapshot.checkpoint),
    notes: [],
  };
  putPrompts(wiring, prompts, file);
  putCheckpoint(wiring);
  putSizeAndSeed(wiring);
  putDetailers(wiring);
  const loras = putLoras(wiring);
  if (wiring.settings.vae !== undefined)
    useVae(wiring.graph, wiring.roles, wiring.settings.vae, capabilities);
  checkLinks(wiring.graph, file);
  checkClasses(wiring.graph, capabilities);
  cancelTags(wiring);
  return {
    graph: workflowOf(wiring.graph),
    notes: wiring.notes,
    loras,
    checkpoint: snapshot.checkpoint.path,
  };
}

function neededRoles(template: Workflow, file: string): Wiring['roles'] {
  const { sampler, checkpoint, latent, ...others } = rolesOf(template);
  if (sampler !== null && checkpoint !== null && latent !== null)
    return { sampler, checkpoint, latent, ...others };
  const [lacking, role] =
    sampler === null
      ? ['KSampler', 'sampler']
      : checkpoint === null
        ? ['CheckpointLoaderSimple', 'checkpoint']
        : ['EmptyLatentImage', 'latent'];
  throw new DomainError(
    'data_error',
    `The workflow template ${file} has no ${lacking} node, and none whose title says gaze:${role}. Add one, or mark the node that does its work.`,
    { file },
  );
}

/** The texts as they go to the host: the checkpoint's words in front, and main where a detailer has nothing of its own. */
export function finalTexts(snapshot: Pick<Snapshot, 'checkpoint'>, prompts: Prompts): PromptTexts {
  const base = checkpointTexts(snapshot.checkpoint, 'base_positive').join(', ');
  // Not `joinTexts` of both: a prompt arrives byte for byte, whatever stands at its ends.
  const behindBase = (text: string): string =>
    [joinTexts(base), text].filter((piece) => piece !== '').join(', ');
  return {
    positive: behindBase(prompts.main),
    face: behindBase(prompts.face === '' ? prompts.main : prompts.face),
    hand: behindBase(prompts.hand === '' ? prompts.main : prompts.hand),
    negative: prompts.negative,
  };
}

function putPrompts({ graph, roles, snapshot, notes }: Wiring, prompts: Prompts, file: string): void {
  const texts = finalTexts(snapshot, prompts);
  const met = fillPlaceholders(graph, texts);
  if (!met.has('positive')) {
    throw new DomainError(
      'data_error',
      `The workflow template ${file} does not say where the prompt goes. Write {{POSITIVE_PROMPT}} into the text of its positive prompt node.`,
      { file },
    );
  }
  if (met.has('negative')) return;
  const negative = roles.negative === null ? undefined : graph.get(roles.negative);
  if (negative !== undefined) negative.inputs.text = texts.negative;
  else if (texts.negative !== '')
    notes.push('The workflow template has no place for the negative prompt; it was left out.');
}

function putCheckpoint({ graph, roles, snapshot, host, settings }: Wiring): void {
  const loader = graph.get(roles.checkpoint);
  if (loader !== undefined) {
    const input = modelInputOf(loader.inputs);
    loader.inputs[input] = requireOnHost(host, 'checkpoints', snapshot.checkpoint.path);
  }
  for (const id of roles.sampling) setSampling(graph, id, settings, host, { onlyKnown: roles.marked });
}

function putSizeAndSeed({ graph, roles, snapshot }: Wiring): void {
  const { width, height, seed } = snapshot;
  checkSize({ width, height });
  Object.assign(graph.get(roles.latent)?.inputs ?? {}, { width, height, batch_size: 1 });
  for (const id of roles.sampling) setSeed(graph, id, seed, { onlyKnown: roles.marked });
  setSeed(graph, roles.face, seedPlus(seed, 1));
  setSeed(graph, roles.hand, seedPlus(seed, 2));
}

function setSeed(graph: Graph, id: string | null, seed: number, options = { onlyKnown: false }): void {
  const inputs = id === null ? undefined : graph.get(id)?.inputs;
  if (inputs === undefined) return;
  const name = Object.hasOwn(inputs, 'noise_seed') ? 'noise_seed' : 'seed';
  if (!options.onlyKnown || Object.hasOwn(inputs, name)) inputs[name] = seed;
}

function putDetailers({ graph, roles, snapshot, host, settings, notes }: Wiring): void {
  for (const detail of ['face', 'hand'] as const) {
    const asked = detail === 'face' ? snapshot.face_detail : snapshot.hand_detail;
    if (roles[detail] === null && asked === 'on')
      notes.push(`${detail} pass skipped: the workflow template ${snapshot.template.name} has none`);
    notes.push(...fitDetailer(graph, roles[detail], detail, isDetailWanted(snapshot, detail), host));
  }
  const fallbacks = [roles.face, roles.hand].flatMap((id) =>
    id === null ? [] : setDetailerSampling(graph, id, settings, host),
  );
  notes.push(...new Set(fallbacks));
}

function putLoras({ graph, roles, snapshot, host, settings, notes }: Wiring): WiredWorkflow['loras'] {
  const { links: chain, leftOut } = loraChain(snapshot.parts, snapshot.stack_loras);
  const { checkpoint, clip } = roles;
  const consumers = chainConsumers(graph, chainMembers(graph, checkpoint, clip), clip);
  const start = {
    model: { id: checkpoint, slot: 0 },
    // A text encoder that is loaded by itself gives it on its only slot.
    clip: clip === null ? { id: checkpoint, slot: 1 } : { id: clip, slot: 0 },
  };
  const end = addLoras(graph, setClipSkip(graph, start, settings.clipSkip), chain, host);
  for (const { id, input, kind } of consumers) connect(graph, id, input, end[kind]);
  for (const { name, lora } of leftOut) {
    notes.push(
      `The LoRA of ${name} (${lora?.name ?? ''}) was left out: its place is taken. Turn on «use every selected LoRA» to add it.`,
    );
  }
  return chain.flatMap(({ part }) =>
    part.lora === null ? [] : [{ name: part.lora.name, weight: part.lora.weight }],
  );
}

/** What is wanted and unwanted at once is neither. On the two main prompts only: the detailers share the negative one. */
function cancelTags({ graph, roles }: Wiring): void {
  const positive = roles.positive === null ? undefined : graph.get(roles.positive)?.inputs;
  const negative = roles.negative === null ? undefined : graph.get(roles.negative)?.inputs;
  if (typeof positive?.text !== 'string' || typeof negative?.text !== 'string') return;
  const cancelled = crossDedup(positive.text, negative.text);
  positive.text = cancelled.positive;
  negative.text = cancelled.negative;
}
