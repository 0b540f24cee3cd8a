import type { Workflow, WorkflowNode } from '@gaze/contracts';
import { own } from '../json.ts';
import { linkOf } from './link.ts';

/** What a node does in a template, as far as wiring has to know. */
export type Role = 'sampler' | 'checkpoint' | 'clip' | 'latent' | 'positive' | 'negative' | 'face' | 'hand';

/** Node ids of a template by what they do there; null: the template has no such node. */
export interface Roles extends Record<Role, string | null> {
  /** Nodes that share the sampler's settings between them; the sampler alone where it is one node. */
  sampling: readonly string[];
  /** The sampler was named by a marker: it takes only those settings that its nodes already have. */
  marked: boolean;
}

/** Ids that the default template and the guide give these roles. */
const usual: Record<Exclude<Role, 'clip'>, string> = {
  sampler: '3',
  checkpoint: '4',
  latent: '5',
  positive: '6',
  negative: '7',
  face: '11',
  hand: '13',
};

/**
 * Finds the nodes that wiring has to do with. A node whose title holds `gaze:` and a role, such as `gaze:sampler`,
 * has that role, whatever its class. Else the usual id counts where its node is of the right kind; else the template
 * is read by its classes and links, as it comes out of ComfyUI. Never throws.
 */
export function rolesOf(template: Workflow): Roles {
  const sampling = marked(template, 'sampler');
  const sampler = sampling[0] ?? find(template, 'sampler', (node) => node.class_type.startsWith('KSampler'));
  const linked = (input: string): string | null =>
    sampler === null ? null : (linkOf(inputOf(template, sampler, input))?.id ?? null);
  const text = (role: 'positive' | 'negative'): string | null =>
    marked(template, role)[0] ?? textNode(template, linked(role)) ?? textNode(template, usual[role]);
  const named = (role: Exclude<Role, 'clip'>, kind: (node: WorkflowNode) => boolean): string | null =>
    marked(template, role)[0] ?? find(template, role, kind);
  const detailer = (role: 'face' | 'hand'): string | null =>
    marked(template, role)[0] ??
    find(
      template,
      role,
      (node) => node.class_type === 'FaceDetailer',
      (node) => promptText(template, node).includes(`{{${role.toUpperCase()}_PROMPT}}`),
    );
  return {
    sampler,
    sampling: sampling.length > 0 ? sampling : sampler === null ? [] : [sampler],
    marked: sampling.length > 0,
    checkpoint: named('checkpoint', (node) => node.class_type.startsWith('CheckpointLoader')),
    clip: marked(template, 'clip')[0] ?? null,
    latent: named('latent', (node) => /^Empty\w*Latent/.test(node.class_type)),
    positive: text('positive'),
    negative: text('negative'),
    face: detailer('face'),
    hand: detailer('hand'),
  };
}

/** Nodes whose title names the role, in the order of the file. */
function marked(template: Workflow, role: Role): string[] {
  const marker = new RegExp(`(^|[^a-z])gaze:${role}($|[^a-z])`, 'i');
  return Object.entries(template).flatMap(([id, node]) => (marker.test(node._meta?.title ?? '') ? [id] : []));
}

/** The usual node if it is of the kind, else the first of the kind that also fits. */
function find(
  template: Workflow,
  role: keyof typeof usual,
  kind: (node: WorkflowNode) => boolean,
  fits: (node: WorkflowNode) => boolean = () => true,
): string | null {
  const node = nodeOf(template, usual[role]);
  if (node !== undefined && kind(node)) return usual[role];
  return Object.entries(template).find(([, other]) => kind(other) && fits(other))?.[0] ?? null;
}

function nodeOf(template: Workflow, id: string): WorkflowNode | undefined {
  return Object.hasOwn(template, id) ? template[id] : undefined;
}

function inputOf(template: Workflow, id: string, input: string): unknown {
  return own(nodeOf(template, id)?.inputs, input);
}

function textNode(template: Workflow, id: string | null): string | null {
  return id !== null && typeof inputOf(template, id, 'text') === 'string' ? id : null;
}

function promptText(template: Workflow, node: WorkflowNode): string {
  const source = linkOf(own(node.inputs, 'positive'));
  const text = source === null ? undefined : inputOf(template, source.id, 'text');
  return typeof text === 'string' ? text : '';
}

/** Name of the input by which a loader takes its model file. */
export function modelInputOf(inputs: Record<string, unknown>): 'ckpt_name' | 'unet_name' {
  return Object.hasOwn(inputs, 'unet_name') && !Object.hasOwn(inputs, 'ckpt_name')
    ? 'unet_name'
    : 'ckpt_name';
}
