import type { JsonObject } from '../json.ts';

export type NodeState = 'running' | 'finished' | 'error';

/** How far the nodes of one prompt are, in the shape of `progress_state`. */
export interface ProgressRegistry {
  set: (nodeId: string, value: number, max: number, state: NodeState) => void;
  finish: (nodeId: string) => void;
  message: () => JsonObject;
}

export function buildProgress(promptId: string): ProgressRegistry {
  const nodes: Record<string, { value: number; max: number; state: NodeState } & JsonObject> = {};
  const set: ProgressRegistry['set'] = (nodeId, value, max, state) => {
    nodes[nodeId] = {
      value,
      max,
      state,
      node_id: nodeId,
      prompt_id: promptId,
      display_node_id: nodeId,
      parent_node_id: null,
      real_node_id: nodeId,
    };
  };
  return {
    set,
    finish(nodeId) {
      const max = nodes[nodeId]?.max ?? 1;
      set(nodeId, max, max, 'finished');
    },
    message: () => structuredClone({ prompt_id: promptId, nodes }),
  };
}
