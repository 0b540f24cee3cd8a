import type { Workflow } from '@gaze/contracts';

/** A copy of the workflow whose saving nodes write under `prefix`. Nodes without a prefix stay as they are. */
export function setFilenamePrefix(graph: Workflow, prefix: string): Workflow {
  return Object.fromEntries(
    Object.entries(graph).map(([id, node]) => [
      id,
      Object.hasOwn(node.inputs, 'filename_prefix') || node.class_type === 'SaveImage'
        ? { ...node, inputs: { ...node.inputs, filename_prefix: prefix } }
        : node,
    ]),
  );
}
