import type { JsonObject } from '../json.ts';
import { inputConfig } from '../nodes/object-info.ts';
import type { NodeTable } from '../nodes/table.ts';
import type { InputSpec } from '../nodes/types.ts';
import type { ValidationError } from './errors.ts';
import { validationError } from './errors.ts';
import { PythonError, repr, typeName } from './python.ts';

export type Graph = Record<string, JsonObject>;

/**
 * The id and output type behind a link of two parts.
 * @throws PythonError as Python does for a source or slot that is not there
 */
export function linkSource(
  graph: Graph,
  table: NodeTable,
  link: readonly unknown[],
): { id: string; type: string } {
  const [id, slot] = link;
  if (typeof id === 'object' && id !== null)
    throw new PythonError('TypeError', `unhashable type: '${typeName(id)}'`);
  const source = typeof id === 'string' && Object.hasOwn(graph, id) ? graph[id] : undefined;
  if (typeof id !== 'string' || source === undefined) throw new PythonError('KeyError', repr(id));
  const outputs = table.get(String(source.class_type))?.outputs ?? [];
  if (typeof slot !== 'number' || !Number.isInteger(slot)) {
    throw new PythonError('TypeError', `tuple indices must be integers or slices, not ${typeName(slot)}`);
  }
  // Python counts negative places from the end.
  const output = outputs.at(slot);
  if (output === undefined || slot < -outputs.length)
    throw new PythonError('IndexError', 'tuple index out of range');
  return { id, type: output.type };
}

/** null: a value of that type may go into that input. */
export function checkLinkType(
  name: string,
  spec: InputSpec,
  received: string,
  link: readonly unknown[],
): ValidationError | null {
  if (typesFit(received, spec)) return null;
  const [wanted] = inputConfig(spec);
  const wantedText = typeof wanted === 'string' ? wanted : repr(wanted);
  return validationError(
    'return_type_mismatch',
    'Return type mismatch between linked nodes',
    `${name}, received_type(${received}) mismatch input_type(${wantedText})`,
    { input_name: name, input_config: inputConfig(spec), received_type: received, linked_node: link },
  );
}

function typesFit(received: string, spec: InputSpec): boolean {
  const wanted: string | null = spec.kind === 'combo' ? (spec.v3 ? 'COMBO' : null) : spec.type;
  if (received === '*' || wanted === '*') return true;
  if (wanted === null) return false;
  const offered = received.split(',').map((type) => type.trim());
  return wanted.split(',').some((type) => offered.includes(type.trim()));
}
