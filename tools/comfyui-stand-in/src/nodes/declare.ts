import type { InputSpec, LinkType, NodeClass, OutputSpec } from './types.ts';

export interface Declaration {
  required: Readonly<Record<string, InputSpec>>;
  optional?: Readonly<Record<string, InputSpec>>;
  hidden?: Readonly<Record<string, string>>;
  outputs: readonly (LinkType | OutputSpec)[];
  isOutput?: boolean;
  validate?: NonNullable<NodeClass['validate']>;
  fingerprint?: NonNullable<NodeClass['fingerprint']>;
  run: NodeClass['run'];
}

function declare(
  module: string,
  name: string,
  displayName: string,
  category: string,
  declaration: Declaration,
): NodeClass {
  const { optional = {}, hidden = {}, isOutput = false, outputs, ...rest } = declaration;
  return {
    name,
    displayName,
    category,
    module,
    optional,
    hidden,
    isOutput,
    outputs: outputs.map((output) => (typeof output === 'string' ? { type: output, name: output } : output)),
    ...rest,
  };
}

type Declare = (name: string, displayName: string, category: string, declaration: Declaration) => NodeClass;

export const core: Declare = (...rest) => declare('nodes', ...rest);
export const impact: Declare = (...rest) => declare('custom_nodes.comfyui-impact-pack', ...rest);
export const subpack: Declare = (...rest) => declare('custom_nodes.comfyui-impact-subpack', ...rest);
