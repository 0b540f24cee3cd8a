import type { Workflow, WorkflowNode } from '@gaze/contracts';
import { own } from '../json.ts';
import { linkOf } from './link.ts';

/** Node ids of a template by what they do there; null: the template has no such node. */
export interface Roles {
  sampler: string | null;
  checkpoint: string | null;
  latent: string | null;
  positive: string | null;
  negative: string | null;
  face: string | null;
  hand: string | null;
}

/** Ids that the default template and the guide give these roles. */
const usual: Record<keyof Roles, string> = {
  sampler: '3',
  checkpoint: '4',
  latent: '5',
  positive: '6',
  negative: '7',
  face: '11',
  hand: '13',
};

/**
 * Finds the nodes that wiring has to do with. The usual id counts where its node is of the right kind; a template
 * that somebody exported from ComfyUI has other ids, and is read by its classes and links instead. Never throws.
 */
export function rolesOf(template: Workflow): Roles {
  const sampler = find(template, 'sampler', (node) => node.class_type.startsWith('KSampler'));
  const linked = (input: string): string | null =>
    sampler === null ? null : (linkOf(inputOf(template, sampler, input))?.id ?? null);
  const text = (role: 'positive' | 'negative'): string | null =>
    textNode(template, linked(role)) ?? textNode(template, usual[role]);
  const detailer = (role: 'face' | 'hand'): string | null =>
    find(
      template,
      role,
      (node) => node.class_type === 'FaceDetailer',
      (node) => promptText(template, node).includes(`{{${role.toUpperCase()}_PROMPT}}`),
    );
  return {
    sampler,
    checkpoint: find(template, 'checkpoint', (node) => node.class_type.startsWith('CheckpointLoader')),
    latent: find(template, 'latent', (node) => /^Empty\w*Latent/.test(node.class_type)),
    positive: text('positive'),
    negative: text('negative'),
    face: detailer('face'),
    hand: detailer('hand'),
  };
}

/** The usual node if it is of the kind, else the first of the kind that also fits. */
function find(
  template: Workflow,
  role: keyof Roles,
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
