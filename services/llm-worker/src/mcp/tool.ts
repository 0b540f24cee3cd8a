import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import type { McpServerConfig } from './config.ts';

/** A tool as one server tells of it, cut to size, and whether the model may have it. */
export interface ServerTool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  allowed: boolean;
  /** Why not, as a sentence. */
  reason: string | null;
}

const mostTools = 64;
const longestDescription = 2000;
const largestSchema = 16_000;

/** What a server says of its tools, taken with care: it is a stranger. */
export function takeTools(config: McpServerConfig, tools: readonly Tool[]): ServerTool[] {
  return tools.slice(0, mostTools).map((tool) => {
    const parameters: Record<string, unknown> = { ...tool.inputSchema };
    const reason = whyNot(config, tool, JSON.stringify(parameters).length);
    return {
      name: tool.name.slice(0, 128),
      description: (tool.description ?? tool.title ?? '').slice(0, longestDescription),
      parameters: reason === null ? parameters : {},
      allowed: reason === null,
      reason,
    };
  });
}

function whyNot(config: McpServerConfig, tool: Tool, schemaSize: number): string | null {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(tool.name)) return 'Its name is not one that models can call.';
  if (schemaSize > largestSchema) return 'The description of its inputs is too large.';
  if (config.tools !== null) {
    return config.tools.includes('*') || config.tools.includes(tool.name)
      ? null
      : `It is not on the list of «${config.name}»; add ${config.name}:${tool.name} to MCP_TOOLS to allow it.`;
  }
  return tool.annotations?.readOnlyHint === true
    ? null
    : `It does not say that it only reads; add ${config.name}:${tool.name} to MCP_TOOLS to allow it.`;
}
