import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workflow } from '@gaze/contracts';
import { root } from '../launcher/paths.ts';

export interface SmallGraph {
  model: string;
  seed: number;
  steps: number;
}

export const smallSide = 256;

/** The plain template that ships, as small as it goes. A seed of its own keeps the host from answering out of its cache. */
export function smallGraph({ model, seed, steps }: SmallGraph): Workflow {
  const file = join(root, 'data/workflows/plain.json');
  const graph = Workflow.parse(JSON.parse(readFileSync(file, 'utf8')));
  const set = (id: string, inputs: Record<string, unknown>): void => {
    const node = graph[id];
    if (node === undefined) throw new Error(`${file} has no node ${id} any more.`);
    Object.assign(node.inputs, inputs);
  };
  set('load', { ckpt_name: model });
  set('canvas', { width: smallSide, height: smallSide });
  set('wanted', { text: 'a lantern on a table' });
  set('sample', { seed, steps, sampler_name: 'euler', scheduler: 'normal' });
  set('save', { filename_prefix: 'gaze/host_check' });
  return graph;
}

export const freshSeed = (): number => Math.floor(Math.random() * 2 ** 48);
