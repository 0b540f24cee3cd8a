import type { Host } from '../host.ts';
import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import type { NodeResult, Value } from '../nodes/types.ts';
import type { HistoryStatus } from '../queue/history.ts';
import type { QueueItem } from '../queue/prompt-queue.ts';
import { signatures } from './cache.ts';
import { HostGone, Interrupted, NodeError, outOfMemory } from './errors.ts';
import { buildNodeRun } from './node-run.ts';
import { executionOrder } from './order.ts';
import { buildProgress } from './progress.ts';
import type { ProgressRegistry } from './progress.ts';

/** One prompt while it runs. */
export interface PromptRun {
  host: Host;
  item: QueueItem;
  clientId: string | null;
  progress: ProgressRegistry;
  results: Map<string, NodeResult>;
  keys: Map<string, string>;
  executed: string[];
  outputs: JsonObject;
  meta: JsonObject;
  messages: [string, JsonObject][];
}

export interface PromptResult {
  outcome: 'success' | 'error' | 'interrupted';
  cached: boolean;
  outputs: JsonObject;
  meta: JsonObject;
  status: HistoryStatus;
}

/**
 * Runs one prompt from `execution_start` to `execution_success`, `_error` or `_interrupted`.
 * @throws HostGone when the process ends meanwhile; any other Error kills the worker, as it does on a real host
 */
export async function runPrompt(host: Host, item: QueueItem): Promise<PromptResult> {
  const clientId = typeof item.extraData.client_id === 'string' ? item.extraData.client_id : null;
  const run: PromptRun = {
    host,
    item,
    clientId,
    progress: buildProgress(item.promptId),
    results: new Map(),
    keys: signatures(item.graph, host.table),
    executed: [],
    outputs: {},
    meta: {},
    messages: [],
  };
  host.state.interrupted = false;
  host.state.clientId = clientId;
  note(run, 'execution_start', {});
  host.cache.begin(new Set(run.keys.values()));
  const cachedIds = Object.keys(item.graph).filter((id) => cachedResult(run, id) !== undefined);
  note(run, 'execution_cached', { nodes: cachedIds });
  const order = executionOrder(item.graph, item.outputs, (id) => cachedIds.includes(id));
  const outcome = await runNodes(run, order);
  host.state.lastNode = null;
  return {
    outcome,
    cached: run.executed.length === 0 && outcome === 'success',
    outputs: run.outputs,
    meta: run.meta,
    status: {
      status_str: outcome === 'success' ? 'success' : 'error',
      completed: outcome === 'success',
      messages: run.messages,
    },
  };
}

/** An `execution_*` message: kept for the history, sent to the owner; without an owner only an interruption is heard, by all. */
function note(run: PromptRun, type: string, data: JsonObject, everyone = false): void {
  const message = { ...data, prompt_id: run.item.promptId, timestamp: Date.now() };
  run.messages.push([type, message]);
  if (run.clientId !== null || everyone) run.host.hub.send(type, message, run.clientId);
}

function cachedResult(run: PromptRun, id: string): NodeResult | undefined {
  return run.host.cache.get(run.keys.get(id) ?? '');
}

async function runNodes(run: PromptRun, order: readonly string[]): Promise<PromptResult['outcome']> {
  for (const id of order) {
    try {
      const cached = cachedResult(run, id);
      if (cached === undefined) await runNode(run, id);
      else showCached(run, id, cached);
    } catch (error) {
      if (error instanceof Interrupted) return interrupted(run, id);
      if (error instanceof NodeError) return failed(run, id, error);
      throw error;
    }
  }
  note(run, 'execution_success', {});
  return 'success';
}

async function runNode(run: PromptRun, id: string): Promise<void> {
  const { host, item } = run;
  const className = String(item.graph[id]?.class_type);
  const nodeClass = host.table.get(className);
  if (nodeClass === undefined) throw new Error(`class ${className} vanished`);
  host.state.lastNode = id;
  run.progress.set(id, 0, 1, 'running');
  host.hub.send('progress_state', run.progress.message(), run.clientId);
  if (run.clientId !== null) {
    host.hub.send('executing', { node: id, display_node: id, prompt_id: item.promptId }, run.clientId);
  }
  await nodeBorder(host, className);
  const inputs = resolveInputs(run, id, [
    ...Object.keys(nodeClass.required),
    ...Object.keys(nodeClass.optional),
  ]);
  const result = await nodeClass.run(buildNodeRun(run, id, className, inputs));
  run.results.set(id, result);
  host.cache.set(run.keys.get(id) ?? id, result);
  run.executed.push(id);
  if (result.ui !== undefined) showOutput(run, id, result.ui);
  run.progress.finish(id);
  host.hub.send('progress_state', run.progress.message(), run.clientId);
}

async function nodeBorder(host: Host, className: string): Promise<void> {
  // Others get their turn between two nodes, as they do while a real node works.
  await new Promise<void>((resolve) => void setImmediate(resolve));
  await host.faults.whileHung('execution', host.signal);
  if (host.signal.aborted) throw new HostGone();
  if (host.state.interrupted) throw new Interrupted();
  const atStart = (fault: { node?: string | undefined; atStep?: number | undefined }): boolean =>
    fault.node === className && fault.atStep === undefined;
  const raised = host.faults.take('execution_error', atStart);
  if (raised !== null) throw new NodeError(raised.exceptionType, raised.message);
  if (host.faults.take('out_of_memory', atStart) !== null) throw outOfMemory();
}

/** Literals of declared inputs and every link, declared or not: an undeclared one is an argument too many. */
function resolveInputs(run: PromptRun, id: string, declared: readonly string[]): JsonObject {
  const node = run.item.graph[id];
  const resolved: JsonObject = {};
  for (const [name, value] of Object.entries(isObject(node?.inputs) ? node.inputs : {})) {
    const isLink = Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
    if (!isLink) {
      if (declared.includes(name)) resolved[name] = value;
      continue;
    }
    if (!declared.includes(name)) {
      const message = `${String(node?.class_type)}.run() got an unexpected keyword argument '${name}'`;
      throw new NodeError('TypeError', message);
    }
    resolved[name] = valueBehind(run, value as [string, number]);
  }
  return resolved;
}

function valueBehind(run: PromptRun, [source, slot]: [string, number]): Value {
  const result = run.results.get(source) ?? cachedResult(run, source);
  const value = result?.outputs.at(slot);
  if (value === undefined) throw new Error(`node ${source} has no value at ${slot}`);
  return value;
}

function showOutput(run: PromptRun, id: string, ui: NonNullable<NodeResult['ui']>): void {
  run.outputs[id] = ui;
  run.meta[id] = { node_id: id, display_node: id, parent_node: null, real_node_id: id };
  const message = { node: id, display_node: id, output: ui, prompt_id: run.item.promptId };
  if (run.clientId !== null) run.host.hub.send('executed', message, run.clientId);
}

function showCached(run: PromptRun, id: string, result: NodeResult): void {
  if (result.ui !== undefined) showOutput(run, id, result.ui);
  run.progress.finish(id);
  run.host.hub.send('progress_state', run.progress.message(), run.clientId);
}

function interrupted(run: PromptRun, id: string): 'interrupted' {
  const node_type = run.item.graph[id]?.class_type;
  note(run, 'execution_interrupted', { node_id: id, node_type, executed: run.executed }, true);
  return 'interrupted';
}

function failed(run: PromptRun, id: string, error: NodeError): 'error' {
  const node = run.item.graph[id];
  const inputs = Object.entries(isObject(node?.inputs) ? node.inputs : {});
  note(run, 'execution_error', {
    node_id: id,
    node_type: node?.class_type,
    executed: run.executed,
    exception_message: error.message.endsWith('\n') ? error.message : `${error.message}\n`,
    exception_type: error.type,
    traceback: [],
    current_inputs: Object.fromEntries(inputs.map(([name, value]) => [name, [value]])),
    current_outputs: [...run.executed],
  });
  if (error.outOfMemory) run.host.residency.unload();
  return 'error';
}
