import type { McpServerStatus } from '@gaze/contracts';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { ToolOffer } from '../llm/chat.ts';
import type { McpConnection } from './connection.ts';

/** What the tools of all servers are to the model: names, and texts that come back. */
export interface Toolbox {
  /** What may be offered right now, each name once. */
  offers: () => ToolOffer[];
  /** Which server and tool stand behind a name of `offers`; null for every other name. */
  resolve: (name: string) => { server: string; tool: string } | null;
  call: (name: string, rawArguments: string, signal: AbortSignal) => Promise<ToolOutcome>;
  /** A call of our own to a server's tool; null where it is not connected or not allowed. Never throws but for the signal. */
  ask: (
    server: string,
    tool: string,
    args: Record<string, unknown>,
    signal: AbortSignal,
  ) => Promise<CallToolResult | null>;
  status: () => McpServerStatus[];
}

export interface ToolOutcome {
  outcome: 'ok' | 'error' | 'refused';
  server: string | null;
  /** Data for the model, cut to size. */
  text: string;
}

const mostOffers = 64;
const longestName = 64;
const longestArguments = 16_000;
const longestResult = 8000;

export function buildToolbox(connections: () => readonly McpConnection[]): Toolbox {
  /** A tool goes by its own name; one whose name is taken gets its server's in front. */
  function named(): Map<
    string,
    { connection: McpConnection; tool: ReturnType<McpConnection['tools']>[number] }
  > {
    const all = new Map<
      string,
      { connection: McpConnection; tool: ReturnType<McpConnection['tools']>[number] }
    >();
    for (const connection of connections()) {
      for (const tool of connection.tools()) {
        if (!tool.allowed || all.size >= mostOffers) continue;
        const name = all.has(tool.name)
          ? `${connection.config.name}__${tool.name}`.slice(0, longestName)
          : tool.name;
        if (!all.has(name)) all.set(name, { connection, tool });
      }
    }
    return all;
  }

  return {
    offers: () =>
      [...named()].map(([name, { tool }]) => ({
        name,
        description: tool.description,
        parameters: tool.parameters,
      })),
    resolve(name) {
      const found = named().get(name);
      return found === undefined ? null : { server: found.connection.config.name, tool: found.tool.name };
    },
    async call(name, rawArguments, signal) {
      const all = named();
      const found = all.get(name);
      if (found === undefined) {
        const known = [...all.keys()].join(', ');
        return refused(`There is no such tool. There are: ${known === '' ? 'none' : known}.`);
      }
      const server = found.connection.config.name;
      const args = readArguments(rawArguments);
      if (args === null)
        return { outcome: 'error', server, text: 'The arguments are no JSON object; nothing was called.' };
      try {
        const result = await found.connection.call(found.tool.name, args, signal);
        return { outcome: result.isError === true ? 'error' : 'ok', server, text: textOf(result) };
      } catch (error) {
        signal.throwIfAborted();
        return {
          outcome: 'error',
          server,
          text: error instanceof Error ? error.message : 'The tool failed.',
        };
      }
    },
    async ask(server, tool, args, signal) {
      const connection = connections().find(({ config }) => config.name === server);
      if (connection?.tools().some(({ name, allowed }) => allowed && name === tool) !== true) return null;
      try {
        return await connection.call(tool, args, signal);
      } catch {
        signal.throwIfAborted();
        return null;
      }
    },
    status: () => connections().map((connection) => connection.status()),
  };
}

const refused = (text: string): ToolOutcome => ({ outcome: 'refused', server: null, text });

function readArguments(raw: string): Record<string, unknown> | null {
  if (raw.length > longestArguments) return null;
  try {
    const value: unknown = raw.trim() === '' ? {} : JSON.parse(raw);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** The texts of a result; pictures and links are left out. */
function textOf(result: CallToolResult): string {
  const texts = result.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const whole = texts.length > 0 ? texts.join('\n') : JSON.stringify(result.structuredContent ?? {});
  return whole.length <= longestResult
    ? whole
    : `${whole.slice(0, longestResult)}\n(cut off after ${longestResult} characters)`;
}
