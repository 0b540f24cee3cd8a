import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { NodeTable } from '../nodes/table.ts';
import type { Profile } from '../options.ts';
import { cyclesFrom, cycleText } from './cycles.ts';
import type { NodeErrors, ValidationError } from './errors.ts';
import { validationError } from './errors.ts';
import type { Graph } from './links.ts';
import { PythonError, str } from './python.ts';
import { validateNode } from './validate-node.ts';
import type { Verdict, Walk } from './validate-node.ts';

export type PromptVerdict =
  | { valid: true; outputs: string[]; nodeErrors: Record<string, NodeErrors> }
  | { valid: false; error: ValidationError; nodeErrors: Record<string, NodeErrors> };

export interface PromptCheck {
  table: NodeTable;
  profile: Profile;
  /** Only these outputs count; null = all. */
  targets: readonly string[] | null;
}

/**
 * Checks a whole graph as the server does before it queues it. Converted values are written back into the graph.
 * @throws PythonError for what the server itself does not catch (it answers 500 then)
 */
export function validatePrompt(prompt: unknown, check: PromptCheck): PromptVerdict {
  const graph = graphOf(prompt);
  const unknown = firstUnknownClass(graph, check);
  if (unknown !== null) return { valid: false, error: unknown, nodeErrors: {} };
  const outputs = Object.keys(graph).filter((id) => {
    const isOutput = check.table.get(String(graph[id]?.class_type))?.isOutput ?? false;
    return isOutput && (check.targets === null || check.targets.includes(id));
  });
  if (outputs.length === 0) {
    return {
      valid: false,
      error: validationError('prompt_no_outputs', 'Prompt has no outputs'),
      nodeErrors: {},
    };
  }
  return checkOutputs(graph, outputs, check);
}

function graphOf(prompt: unknown): Graph {
  if (!isObject(prompt)) throw new PythonError('TypeError', 'the prompt is not an object');
  for (const node of Object.values(prompt)) {
    if (!isObject(node)) throw new PythonError('TypeError', 'a node is not an object');
  }
  return prompt as Graph;
}

function firstUnknownClass(graph: Graph, { table, profile }: PromptCheck): ValidationError | null {
  for (const [id, node] of Object.entries(graph)) {
    const title = isObject(node._meta) && typeof node._meta.title === 'string' ? node._meta.title : null;
    const hasClass = Object.hasOwn(node, 'class_type');
    const className = hasClass ? str(node.class_type) : null;
    if (className !== null && table.has(className)) continue;
    const details = `Node ID '#${id}'`;
    if (profile === 'OLD') {
      const message =
        className === null
          ? 'Cannot execute because a node is missing the class_type property.'
          : `Cannot execute because node ${className} does not exist.`;
      return validationError('invalid_prompt', message, details);
    }
    const message =
      className === null
        ? `Node '${title ?? `ID #${id}`}' has no class_type. The workflow may be damaged or made by another version.`
        : `Node '${title ?? className}' not found. The custom node may not be installed.`;
    return validationError('missing_node_type', message, details, {
      node_id: id,
      class_type: className,
      node_title: title,
    });
  }
  return null;
}

function checkOutputs(graph: Graph, outputs: readonly string[], check: PromptCheck): PromptVerdict {
  const { table, profile } = check;
  const walk: Walk = { graph, table, profile, verdicts: new Map(), path: [] };
  const nodeErrors: Record<string, NodeErrors> = {};
  const good: string[] = [];
  const failures: ValidationError[] = [];
  for (const output of outputs) {
    const verdict = checkOutput(walk, output);
    if (verdict.valid) {
      good.push(output);
      continue;
    }
    failures.push(...verdict.errors);
    for (const [id, { valid, errors }] of walk.verdicts) {
      if (valid || errors.length === 0) continue;
      const entry = (nodeErrors[id] ??= {
        errors,
        dependent_outputs: [],
        class_type: str(graph[id]?.class_type),
      });
      entry.dependent_outputs.push(output);
    }
  }
  if (good.length > 0) return { valid: true, outputs: good, nodeErrors };
  const details = failures.map((error) => `${error.message}: ${error.details}`).join('\n');
  const error = validationError(
    'prompt_outputs_failed_validation',
    'Prompt outputs failed validation',
    details,
  );
  return { valid: false, error, nodeErrors };
}

function checkOutput(walk: Walk, output: string): Verdict {
  const cycles = walk.profile === 'NEW' ? cyclesFrom(walk.graph, output) : [];
  if (cycles.length > 0) return markCycles(walk, output, cycles);
  try {
    return validateNode(walk, output);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    const extra: JsonObject = { exception_type: error.type, traceback: [] };
    const raised = validationError(
      'exception_during_validation',
      'Exception when validating node',
      error.message,
      extra,
    );
    const verdict: Verdict = { valid: false, errors: [raised] };
    walk.verdicts.set(output, verdict);
    return verdict;
  }
}

function markCycles(walk: Walk, output: string, cycles: readonly string[][]): Verdict {
  for (const cycle of cycles) {
    const details = cycleText(walk.graph, cycle);
    const error = validationError('dependency_cycle', 'Dependency cycle detected', details, {
      node_ids: cycle,
    });
    for (const id of cycle) walk.verdicts.set(id, { valid: false, errors: [error] });
  }
  return walk.verdicts.get(output) ?? { valid: false, errors: [] };
}
