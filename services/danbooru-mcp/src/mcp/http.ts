import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Log } from '@gaze/runtime';
import type { TagList } from '../list/tag-list.ts';
import { buildMcpServer } from './tools.ts';

const largestBody = 1024 * 1024;

/** MCP over streamable HTTP at `/mcp`, stateless: any replica answers any request. `/healthz` beside it. */
export function buildMcpHttp(deps: { list: TagList; isLoopback: boolean; log: Log }): Server {
  return createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'an MCP request failed');
      if (!response.headersSent) refuse(response, 500, 'The tag server failed; its log says more.');
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0];
    if (path === '/healthz') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"alive"}');
      return;
    }
    if (path !== '/mcp') {
      refuse(response, 404, 'There is only /mcp here.');
      return;
    }
    const stranger = strangerIn(request, deps.isLoopback);
    if (stranger !== null) {
      refuse(response, 403, stranger);
      return;
    }
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      refuse(response, 405, 'This server keeps no sessions: send POST.');
      return;
    }
    const body = await readJson(request);
    if (body.kind === 'too_large') {
      refuse(response, 413, 'The request is larger than 1 MB.');
      return;
    }
    if (body.kind === 'broken') {
      refuse(response, 400, 'The request is no JSON.', -32700);
      return;
    }
    const server = buildMcpServer(deps.list);
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    response.on('close', () => void server.close());
    await server.connect(transport);
    await transport.handleRequest(request, response, body.value);
  }
}

/** A browser page of somebody else must not reach a server on this machine, under whatever name it got here. */
function strangerIn({ headers }: IncomingMessage, isLoopback: boolean): string | null {
  if (headers.origin !== undefined && !isLocalName(hostOf(headers.origin)))
    return 'Pages of other origins may not use this server.';
  if (isLoopback && !isLocalName(hostOf(`http://${headers.host ?? ''}`)))
    return 'This server is reached as localhost only.';
  return null;
}

const isLocalName = (host: string | null): boolean =>
  host === 'localhost' || host === '127.0.0.1' || host === '[::1]';

function hostOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).hostname : null;
}

function refuse(response: ServerResponse, status: number, message: string, code = -32000): void {
  response
    .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    .end(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }));
}

type Body = { kind: 'json'; value: unknown } | { kind: 'too_large' } | { kind: 'broken' };

async function readJson(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return { kind: 'too_large' };
    chunks.push(chunk);
  }
  try {
    return { kind: 'json', value: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
  } catch {
    return { kind: 'broken' };
  }
}
