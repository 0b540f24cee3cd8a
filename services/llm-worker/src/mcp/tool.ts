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

/** A person's word on tools, by their name. */
export type ToolWords = Readonly<Record<string, boolean>>;

/** What a server says of its tools, taken with care: it is a stranger. */
export function takeTools(
  config: McpServerConfig,
  tools: readonly Tool[],
  words: ToolWords = {},
): ServerTool[] {
  return tools.slice(0, mostTools).map((tool) => {
    const parameters: Record<string, unknown> = { ...tool.inputSchema };
    const reason = whyNot(config, tool, { size: JSON.stringify(parameters).length, words });
    return {
      name: tool.name.slice(0, 128),
      description: (tool.description ?? tool.title ?? '').slice(0, longestDescription),
      parameters: reason === null ? parameters : {},
      allowed: reason === null,
      reason,
    };
  });
}

function whyNot(
  config: McpServerConfig,
  tool: Tool,
  { size, words }: { size: number; words: ToolWords },
): string | null {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(tool.name)) return 'Its name is not one that models can call.';
  if (size > largestSchema) return 'The description of its inputs is too large.';
  const word = isFixed(config) ? undefined : Object.hasOwn(words, tool.name) ? words[tool.name] : undefined;
  if (word !== undefined) return word ? null : 'It was switched off in Settings.';
  if (config.tools !== null) {
    return config.tools.includes('*') || config.tools.includes(tool.name)
      ? null
      : `It is not on the list of «${config.name}». ${howToAllow(config, tool.name)}`;
  }
  return tool.annotations?.readOnlyHint === true
    ? null
    : `It does not say that it only reads. ${howToAllow(config, tool.name)}`;
}

/** The environment lists the tools of this server: its word is the last one. */
export const isFixed = (config: McpServerConfig): boolean =>
  config.origin === 'environment' && config.tools !== null;

const howToAllow = (config: McpServerConfig, tool: string): string =>
  isFixed(config)
    ? `Add ${config.name}:${tool} to MCP_TOOLS to allow it.`
    : `Switch it on in Settings to allow it, or add ${config.name}:${tool} to MCP_TOOLS.`;
