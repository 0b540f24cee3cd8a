import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import type { Graph } from './links.ts';

/** Ids of the nodes that a node is linked to, whatever its class declares. */
export function linkedIds(graph: Graph, id: string): string[] {
  const node: JsonObject | undefined = graph[id];
  const inputs = isObject(node?.inputs) ? Object.values(node.inputs) : [];
  return inputs.flatMap((value) => {
    const source: unknown = Array.isArray(value) && value.length === 2 ? value[0] : undefined;
    return typeof source === 'string' && Object.hasOwn(graph, source) ? [source] : [];
  });
}

/** Every cycle that can be reached from a node, each as the ids along it. */
export function cyclesFrom(graph: Graph, start: string): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): void => {
    const at = path.indexOf(id);
    if (at >= 0) {
      cycles.push(path.slice(at));
      return;
    }
    if (done.has(id)) return;
    path.push(id);
    for (const next of linkedIds(graph, id)) visit(next);
    path.pop();
    done.add(id);
  };
  visit(start);
  return cycles;
}

/** `3 (KSampler) -> 8 (VAEDecode) -> 3 (KSampler)` */
export function cycleText(graph: Graph, cycle: readonly string[]): string {
  return [...cycle, ...cycle.slice(0, 1)]
    .map((id) => `${id} (${String(graph[id]?.class_type)})`)
    .join(' -> ');
}
