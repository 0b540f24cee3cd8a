import type { Workflow, WorkflowNode } from '@gaze/contracts';
import { DomainError, quote } from '../errors.ts';
import { linkOf } from './link.ts';

/** A workflow while it is being wired: nodes by id, in a copy that nobody else holds. A map, so that any id is safe. */
export type Graph = Map<string, WorkflowNode>;

export interface Output {
  id: string;
  slot: number;
}

/** A graph of its own: changing it never changes the template. */
export function graphOf(template: Workflow): Graph {
  return new Map(
    Object.entries(template).map(([id, node]) => [
      id,
      { ...node, inputs: Object.fromEntries(Object.entries(node.inputs)) },
    ]),
  );
}

/** The graph in ComfyUI's API format. */
export function workflowOf(graph: Graph): Workflow {
  return Object.fromEntries(graph);
}

export function addNode(
  graph: Graph,
  id: string,
  classType: string,
  title: string,
  inputs: WorkflowNode['inputs'],
): void {
  graph.set(id, { class_type: classType, inputs, _meta: { title } });
}

/** Links an input to an output. An input of a node that is not there is left alone. */
export function connect(graph: Graph, id: string, input: string, from: Output): void {
  const node = graph.get(id);
  if (node !== undefined) node.inputs[input] = [from.id, from.slot];
}

/** Every link of the graph: which input of which node takes which output. */
export function* links(graph: Graph): Generator<{ id: string; input: string; from: Output }> {
  for (const [id, node] of graph) {
    for (const [input, value] of Object.entries(node.inputs)) {
      const from = linkOf(value);
      if (from !== null) yield { id, input, from };
    }
  }
}

/** Hands the consumers of one output over to another one. `except`: nodes that keep what they take. */
export function rewire(
  graph: Graph,
  old: Output,
  from: Output,
  except: ReadonlySet<string> = new Set(),
): void {
  for (const link of [...links(graph)]) {
    if (link.from.id === old.id && link.from.slot === old.slot && !except.has(link.id))
      connect(graph, link.id, link.input, from);
  }
}

/** Deletes a node. Whoever took something from it is left dangling: rewire or bridge first. */
export function remove(graph: Graph, id: string): void {
  graph.delete(id);
}

/** Deletes a node whose output 0 is what came in at `input`, and hands its consumers what came in. */
export function bridge(graph: Graph, id: string, input: string): void {
  const came = linkOf(graph.get(id)?.inputs[input]);
  if (came !== null) rewire(graph, { id, slot: 0 }, came);
  remove(graph, id);
}

/** Deletes those of the nodes that nobody takes anything from any more, and what fed only them. */
export function prune(graph: Graph, ids: Iterable<string>): void {
  const todo = [...ids];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    const node = graph.get(id);
    if (node === undefined || isUsed(graph, id)) continue;
    remove(graph, id);
    todo.push(...sourcesOf(node));
  }
}

/** Ids of the nodes that a node takes something from. */
export function sourcesOf(node: WorkflowNode): string[] {
  return Object.values(node.inputs).flatMap((value) => linkOf(value)?.id ?? []);
}

function isUsed(graph: Graph, id: string): boolean {
  for (const link of links(graph)) if (link.from.id === id) return true;
  return false;
}

/** The next id that is free, counting up from `wanted`: ids stay where they are expected unless a template took them. */
export function freeId(graph: Graph, wanted: number): string {
  let id = wanted;
  while (graph.has(String(id))) id++;
  return String(id);
}

/** @throws DomainError data_error where a link leads to a node that is not in the graph */
export function checkLinks(graph: Graph, templateFile: string): void {
  for (const { id, input, from } of links(graph)) {
    if (graph.has(from.id)) continue;
    throw new DomainError(
      'data_error',
      `In the workflow template ${templateFile} the input ${quote(input)} of node ${quote(id)} is linked to node ${quote(from.id)}, which is not there. Export the workflow from ComfyUI again.`,
      { file: templateFile, field: `${id}.inputs.${input}` },
    );
  }
}
