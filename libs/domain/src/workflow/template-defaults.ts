import type { Workflow } from '@gaze/contracts';
import { numberOf, own, textOf } from '../json.ts';
import { rolesOf } from './roles.ts';

export interface TemplateDefaults {
  /** The template's own negative prompt, as node 7 holds it. */
  negative: string;
  /** The checkpoint that node 4 names; empty where it names none. */
  checkpoint: string;
  width: number;
  height: number;
}

/** What a template says by itself, before any recipe: negative prompt, checkpoint and size in pixels. Never throws. */
export function templateDefaults(template: Workflow): TemplateDefaults {
  const roles = rolesOf(template);
  const input = (id: string | null, name: string): unknown =>
    id === null ? undefined : own(own(own(template, id), 'inputs'), name);
  const text = input(roles.negative, 'text');
  return {
    negative: typeof text === 'string' ? text : '',
    checkpoint:
      textOf(input(roles.checkpoint, 'ckpt_name')) ?? textOf(input(roles.checkpoint, 'unet_name')) ?? '',
    width: numberOf(input(roles.latent, 'width')) ?? 1024,
    height: numberOf(input(roles.latent, 'height')) ?? 1024,
  };
}
