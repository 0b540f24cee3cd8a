import { createHash } from 'node:crypto';
import { isObject, stringifyJson } from '../json.ts';
import type { NodeTable } from '../nodes/table.ts';
import type { NodeResult } from '../nodes/types.ts';
import type { CacheMode } from '../options.ts';
import { linkedIds } from '../validation/cycles.ts';
import type { Graph } from '../validation/links.ts';

/** Entries that `ram` keeps: enough for a test, bounded for a demo that runs for days. */
const ramCapacity = 2000;

export interface ResultCache {
  /** Called at the start of a prompt with the keys that it uses. */
  begin: (keys: ReadonlySet<string>) => void;
  get: (key: string) => NodeResult | undefined;
  set: (key: string, result: NodeResult) => void;
  reset: () => void;
}

export function buildCache(mode: CacheMode): ResultCache {
  const entries = new Map<string, NodeResult>();
  return {
    begin(keys) {
      if (mode === 'ram') return;
      for (const key of [...entries.keys()]) if (mode === 'none' || !keys.has(key)) entries.delete(key);
    },
    get: (key) => entries.get(key),
    set(key, result) {
      if (mode === 'none') return;
      entries.set(key, result);
      const oldest = entries.keys().next();
      if (entries.size > ramCapacity && oldest.done !== true) entries.delete(oldest.value);
    },
    reset: () => entries.clear(),
  };
}

/** The cache key of every node: its class, its literals and, through its links, all of its ancestors. Ids don't matter. */
export function signatures(graph: Graph, table: NodeTable): Map<string, string> {
  const known = new Map<string, string>();
  const sign = (id: string): string => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const node = graph[id];
    const inputs = isObject(node?.inputs) ? node.inputs : {};
    const parts = Object.keys(inputs)
      .sort()
      .map((name) => {
        const value = inputs[name];
        const source: unknown = Array.isArray(value) && value.length === 2 ? value[0] : undefined;
        const isLink = typeof source === 'string' && Object.hasOwn(graph, source);
        return isLink ? [name, 'link', sign(source), (value as unknown[])[1]] : [name, 'literal', value];
      });
    const nodeClass = table.get(String(node?.class_type));
    const text = stringifyJson([node?.class_type, parts, nodeClass?.fingerprint?.(inputs) ?? null]);
    const signature = createHash('sha256').update(text).digest('hex');
    known.set(id, signature);
    return signature;
  };
  for (const id of Object.keys(graph)) {
    // A cycle among nodes that no output reaches is legal and never runs.
    if (!known.has(id) && !reachesItself(graph, id)) sign(id);
  }
  return known;
}

function reachesItself(graph: Graph, start: string): boolean {
  const seen = new Set<string>();
  const path = new Set<string>();
  const visit = (id: string): boolean => {
    if (path.has(id)) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    path.add(id);
    const found = linkedIds(graph, id).some(visit);
    path.delete(id);
    return found;
  };
  return visit(start);
}
