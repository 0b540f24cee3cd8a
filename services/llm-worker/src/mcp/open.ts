import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolResultSchema,
  ListToolsResultSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import type { Fetch } from '@gaze/runtime';
import type { McpServerConfig } from './config.ts';

/** An open connection to one server. Every word to it has a deadline, every answer a size. */
export interface OpenServer {
  list: (signal: AbortSignal) => Promise<Tool[]>;
  call: (tool: string, args: Record<string, unknown>, signal: AbortSignal) => Promise<CallToolResult>;
  close: () => Promise<void>;
}

export interface OpenLimits {
  listMs: number;
  callMs: number;
  /** Largest message over stdio; HTTP answers are capped by the fetch. */
  maxBytes: number;
}

const mostPages = 10;

/**
 * Connects and shakes hands.
 * @throws whatever keeps it from that
 */
export async function openServer(
  config: McpServerConfig,
  deps: {
    fetch: Fetch;
    limits: OpenLimits;
    signal: AbortSignal;
    onGone: () => void;
    onListChanged: () => void;
  },
): Promise<OpenServer> {
  const { limits } = deps;
  const client = new Client({ name: 'gaze-llm-worker', version: '0.1.0' }, { capabilities: {} });
  let isWanted = true;
  client.onclose = () => {
    if (isWanted) deps.onGone();
  };
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => deps.onListChanged());
  // connect() alone has no deadline for starting a command.
  const late = AbortSignal.any([deps.signal, AbortSignal.timeout(limits.listMs)]);
  try {
    await Promise.race([
      client.connect(transportOf(config, deps.fetch, limits.maxBytes), {
        timeout: limits.listMs,
        signal: late,
      }),
      aborted(late),
    ]);
  } catch (error) {
    isWanted = false;
    await closeQuietly(client);
    throw error;
  }
  return {
    async list(signal) {
      const tools: Tool[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < mostPages; page++) {
        // Not client.listTools(): that compiles the output schemas of a stranger.
        const answer = await client.request(
          { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
          ListToolsResultSchema,
          { timeout: limits.listMs, signal },
        );
        tools.push(...answer.tools);
        cursor = answer.nextCursor;
        if (cursor === undefined) break;
      }
      return tools;
    },
    call: (name, args, signal) =>
      client.request({ method: 'tools/call', params: { name, arguments: args } }, CallToolResultSchema, {
        timeout: limits.callMs,
        maxTotalTimeout: limits.callMs,
        signal,
      }),
    close: () => {
      isWanted = false;
      return closeQuietly(client);
    },
  };
}

function transportOf({ connection }: McpServerConfig, fetch: Fetch, maxBytes: number): Transport {
  if (connection.kind === 'command') {
    return new StdioClientTransport({
      command: connection.command,
      args: [...connection.args],
      // Beside these the child gets PATH, HOME and their like, and none of this process's keys.
      env: { ...connection.env },
      stderr: 'ignore',
      maxBufferSize: maxBytes,
      ...(connection.cwd === undefined ? {} : { cwd: connection.cwd }),
    });
  }
  const transport = new StreamableHTTPClientTransport(new URL(connection.url), {
    fetch,
    requestInit: { headers: { ...connection.headers } },
  });
  return transport;
}

async function closeQuietly(client: Client): Promise<void> {
  await client.close().catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
