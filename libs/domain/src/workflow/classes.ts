import type { HostCapabilities } from '@gaze/contracts';
import { DomainError, quote } from '../errors.ts';
import type { Graph } from './graph.ts';

/** Part of every ComfyUI: not worth a look at the host's list. */
const core = new Set([
  'CheckpointLoaderSimple',
  'LoraLoader',
  'CLIPTextEncode',
  'CLIPSetLastLayer',
  'EmptyLatentImage',
  'KSampler',
  'VAEDecode',
  'VAELoader',
  'SaveImage',
]);

/** A node class that is not installed fails the whole prompt. @throws DomainError no_host_has_file naming class and host */
export function checkClasses(graph: Graph, host: HostCapabilities): void {
  for (const [id, { class_type: name, _meta }] of graph) {
    if (core.has(name) || host.classes.includes(name)) continue;
    throw new DomainError(
      'no_host_has_file',
      `${host.host_name} does not have the node ${quote(name)} (${quote(_meta?.title ?? id)} in the workflow template). Install its node pack there.`,
      { field: `${id}.class_type` },
    );
  }
}
