import type { JsonObject } from '../json.ts';
import type { Profile } from '../options.ts';
import type { InputSpec, NodeClass } from './types.ts';

/** An input as `/object_info` and the errors of the validation print it: `[type or choices, options]`. */
export function inputConfig(spec: InputSpec): [unknown, JsonObject] {
  if (spec.kind !== 'combo') return [spec.type, spec.options];
  if (!spec.v3) return [spec.choices(), spec.options];
  return ['COMBO', { multiselect: false, options: spec.choices(), ...spec.options }];
}

/** The entry of one class in `/object_info`. */
export function objectInfo(node: NodeClass, profile: Profile): JsonObject {
  const group = (inputs: Readonly<Record<string, InputSpec>>): JsonObject =>
    Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, inputConfig(spec)]));
  const isThere = (inputs: object): boolean => Object.keys(inputs).length > 0;
  return {
    input: {
      required: group(node.required),
      ...(isThere(node.optional) ? { optional: group(node.optional) } : {}),
      ...(isThere(node.hidden) ? { hidden: node.hidden } : {}),
    },
    input_order: {
      required: Object.keys(node.required),
      ...(isThere(node.optional) ? { optional: Object.keys(node.optional) } : {}),
      ...(isThere(node.hidden) ? { hidden: Object.keys(node.hidden) } : {}),
    },
    ...(profile === 'NEW' ? { is_input_list: false } : {}),
    output: node.outputs.map((output) => output.type),
    output_is_list: node.outputs.map((output) => output.isList ?? false),
    output_name: node.outputs.map((output) => output.name),
    name: node.name,
    display_name: node.displayName,
    description: '',
    python_module: node.module,
    category: node.category,
    output_node: node.isOutput,
    ...(profile === 'NEW' ? { has_intermediate_output: false, search_aliases: [], dev_only: false } : {}),
  };
}
