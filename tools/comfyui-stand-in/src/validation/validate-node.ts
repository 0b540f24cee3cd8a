import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { inputConfig } from '../nodes/object-info.ts';
import type { NodeTable } from '../nodes/table.ts';
import type { InputSpec, NodeClass } from '../nodes/types.ts';
import type { Profile } from '../options.ts';
import type { ValidationError } from './errors.ts';
import { validationError } from './errors.ts';
import { checkLinkType, linkSource } from './links.ts';
import type { Graph } from './links.ts';
import { checkLiteral } from './literals.ts';
import { PythonError } from './python.ts';

export interface Verdict {
  valid: boolean;
  errors: ValidationError[];
}

export interface Walk {
  graph: Graph;
  table: NodeTable;
  profile: Profile;
  /** Verdicts so far; a node is looked at once. */
  verdicts: Map<string, Verdict>;
  /** Nodes on the way from the output to the one that is looked at. */
  path: string[];
}

/**
 * Checks a node and everything above it, depth first through its declared inputs.
 * @throws PythonError for a fault that Python would raise in this very node
 */
export function validateNode(walk: Walk, id: string): Verdict {
  const known = walk.verdicts.get(id);
  if (known !== undefined) return known;
  if (walk.path.includes(id)) throw new PythonError('RecursionError', 'maximum recursion depth exceeded');
  const node = walk.graph[id];
  const inputs = node?.inputs;
  if (node === undefined || inputs === undefined) throw new PythonError('KeyError', "'inputs'");
  if (!isObject(inputs)) throw new PythonError('TypeError', 'string indices must be integers, not str');
  const nodeClass = walk.table.get(String(node.class_type));
  if (nodeClass === undefined) throw new PythonError('KeyError', `'${String(node.class_type)}'`);
  walk.path.push(id);
  try {
    const verdict = validateInputs(walk, nodeClass, inputs);
    walk.verdicts.set(id, verdict);
    return verdict;
  } finally {
    walk.path.pop();
  }
}

function validateInputs(walk: Walk, nodeClass: NodeClass, inputs: JsonObject): Verdict {
  const errors: ValidationError[] = [];
  let upstream = true;
  const declared: [string, InputSpec, boolean][] = [
    ...Object.entries(nodeClass.required).map(([name, spec]): [string, InputSpec, boolean] => [
      name,
      spec,
      true,
    ]),
    ...Object.entries(nodeClass.optional).map(([name, spec]): [string, InputSpec, boolean] => [
      name,
      spec,
      false,
    ]),
  ];
  for (const [name, spec, isRequired] of declared) {
    if (!Object.hasOwn(inputs, name)) {
      if (isRequired) {
        errors.push(
          validationError('required_input_missing', 'Required input is missing', name, { input_name: name }),
        );
      }
      continue;
    }
    const value = inputs[name];
    if (Array.isArray(value)) {
      const result = validateLink(walk, name, spec, value);
      if (result === 'upstream') upstream = false;
      else if (result !== null) errors.push(result);
      continue;
    }
    const exempt = nodeClass.validate?.inputs.includes(name) ?? false;
    const error = checkLiteral(inputs, { name, spec, profile: walk.profile, exempt });
    if (error !== null) errors.push(error);
  }
  errors.push(...ownChecks(nodeClass, inputs));
  return { valid: upstream && errors.length === 0, errors };
}

/** `upstream`: the link is fine and the node behind it is not. */
function validateLink(
  walk: Walk,
  name: string,
  spec: InputSpec,
  link: readonly unknown[],
): ValidationError | 'upstream' | null {
  if (link.length !== 2) {
    return validationError(
      'bad_linked_input',
      'Bad linked input, must be a length-2 list of [node_id, slot_index]',
      name,
      { input_name: name, input_config: inputConfig(spec), received_value: link },
    );
  }
  const source = linkSource(walk.graph, walk.table, link);
  const mismatch = checkLinkType(name, spec, source.type, link);
  if (mismatch !== null) return mismatch;
  try {
    return validateNode(walk, source.id).valid ? null : 'upstream';
  } catch (error) {
    // A cycle at OLD ends in Python's recursion limit, which surfaces at the output.
    if (!(error instanceof PythonError) || error.type === 'RecursionError') throw error;
    const inner = validationError(
      'exception_during_inner_validation',
      'Exception when validating inner node',
      error.message,
      {
        input_name: name,
        input_config: inputConfig(spec),
        exception_message: error.message,
        exception_type: error.type,
        traceback: [],
        linked_node: link,
      },
    );
    walk.verdicts.set(source.id, { valid: false, errors: [inner] });
    return 'upstream';
  }
}

function ownChecks(nodeClass: NodeClass, inputs: JsonObject): ValidationError[] {
  const { validate } = nodeClass;
  if (validate === undefined) return [];
  return validate.inputs.flatMap((name) => {
    if (!Object.hasOwn(inputs, name) || Array.isArray(inputs[name])) return [];
    const wrong = validate.check(name, inputs[name]);
    if (wrong === null) return [];
    const spec = nodeClass.required[name] ?? nodeClass.optional[name];
    return [
      validationError('custom_validation_failed', 'Custom validation failed for node', `${name} - ${wrong}`, {
        input_name: name,
        input_config: spec === undefined ? null : inputConfig(spec),
        received_value: inputs[name],
      }),
    ];
  });
}
