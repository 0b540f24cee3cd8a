import type { ServerResponse } from 'node:http';
import { jsonServer, sendJson } from './json-server.ts';

export interface StrangerTool {
  name: string;
  description?: string;
  readOnly?: boolean;
  inputSchema?: Record<string, unknown>;
}

type Call = (name: string, args: Record<string, unknown>) => unknown;

/**
 * An MCP server over HTTP by hand, that can misbehave as the SDK's would not: `tools` and `call` may be changed while it
 * runs; a call that gives null is never answered.
 */
export async function startStranger(start: { tools: StrangerTool[]; call?: Call }) {
  const state = {
    tools: start.tools,
    call: start.call ?? (() => text('fine')),
    isDown: false,
    calls: [] as { name: string; args: Record<string, unknown> }[],
    lists: 0,
  };
  const server = await jsonServer((body, response, request) => {
    if (state.isDown) {
      response.destroy();
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    if (body.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const reply = (result: unknown): void => sendJson(response, 200, { jsonrpc: '2.0', id: body.id, result });
    if (body.method === 'initialize') {
      reply({
        protocolVersion: '2025-06-18',
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: 's', version: '1' },
      });
    } else if (body.method === 'tools/list') {
      state.lists++;
      reply({
        tools: state.tools.map(({ name, description, readOnly, inputSchema }) => ({
          name,
          description: description ?? 'x',
          inputSchema: inputSchema ?? { type: 'object', properties: {} },
          ...(readOnly === false ? {} : { annotations: { readOnlyHint: true } }),
        })),
      });
    } else if (body.method === 'tools/call')
      answerCall(body.params as { name: string; arguments: Record<string, unknown> }, reply, response);
    else reply({});
  });

  function answerCall(
    params: { name: string; arguments: Record<string, unknown> },
    reply: (result: unknown) => void,
    response: ServerResponse,
  ): void {
    state.calls.push({ name: params.name, args: params.arguments });
    const result = state.call(params.name, params.arguments);
    if (result === null) return;
    if (typeof result === 'string')
      response.writeHead(200, { 'content-type': 'application/json' }).end(result);
    else reply(result);
  }

  return { url: `${server.url}/mcp`, state, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

export const text = (words: string): object => ({ content: [{ type: 'text', text: words }] });
