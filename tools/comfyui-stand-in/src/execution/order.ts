import { isObject } from '../json.ts';
import { linkedIds } from '../validation/cycles.ts';
import type { Graph } from '../validation/links.ts';
import { repr } from '../validation/python.ts';

/**
 * Nodes in the order in which they run: what the outputs need, dependencies first; among the ready ones an output,
 * then a direct feeder of an output, then as written. What lies above a cached node is left out.
 * @throws Error for a link to a node that is not there, which only an undeclared input can hide from the validation
 */
export function executionOrder(
  graph: Graph,
  outputs: readonly string[],
  isCached: (id: string) => boolean,
): string[] {
  const needs = new Map<string, string[]>();
  const add = (id: string): void => {
    if (needs.has(id)) return;
    if (isCached(id)) {
      needs.set(id, []);
      return;
    }
    refuseMissing(graph, id);
    const sources = linkedIds(graph, id).filter((source) => !isCached(source));
    needs.set(id, sources);
    sources.forEach(add);
  };
  outputs.forEach(add);
  const feeders = new Set(outputs.flatMap((id) => needs.get(id) ?? []));
  const waiting = Object.keys(graph).filter((id) => needs.has(id));
  const order: string[] = [];
  while (waiting.length > 0) {
    const ready = waiting.filter((id) => (needs.get(id) ?? []).every((source) => order.includes(source)));
    const next = ready.find((id) => outputs.includes(id)) ?? ready.find((id) => feeders.has(id)) ?? ready[0];
    if (next === undefined) throw new Error('a dependency cycle came through the validation');
    order.push(next);
    waiting.splice(waiting.indexOf(next), 1);
  }
  return order;
}

function refuseMissing(graph: Graph, id: string): void {
  const inputs = graph[id]?.inputs;
  for (const value of Object.values(isObject(inputs) ? inputs : {})) {
    if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'string') continue;
    if (!Object.hasOwn(graph, value[0])) throw new Error(`KeyError: ${repr(value[0])}`);
  }
}
