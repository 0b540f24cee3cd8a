import { GazeError } from '@gaze/runtime';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';
import type { Api } from '../http/context.ts';
import { buildMcpServer } from '../mcp/server.ts';
import type { McpDeps } from '../mcp/server.ts';

/** MCP over streamable HTTP, stateless: any replica answers any request. Keys and scopes are those of the API. */
export function mcpRoutes(app: Api, deps: Omit<McpDeps, 'principal' | 'origin'>): void {
  app.post(
    '/mcp',
    { config: { scope: 'read' }, schema: { hide: true, body: z.unknown() } },
    async (request, reply) => {
      const { principal } = request;
      if (principal === null) throw new GazeError('unauthorized', 'You are not signed in.');
      const server = buildMcpServer({ ...deps, principal, origin: `${request.protocol}://${request.host}` });
      // Without sessions there is nothing that a second request would have to find again.
      const transport = new StreamableHTTPServerTransport({});
      reply.hijack();
      reply.raw.on('close', () => void server.close());
      reply.raw.setHeader('x-content-type-options', 'nosniff');
      await server.connect(transport);
      await transport.handleRequest(request.raw, reply.raw, request.body);
    },
  );

  app.route({
    method: ['GET', 'DELETE'],
    url: '/mcp',
    config: { scope: 'read' },
    schema: { hide: true },
    handler: async (_request, reply) => {
      void reply.code(405).header('allow', 'POST').type('application/json');
      const error = { code: -32000, message: 'This server keeps no sessions: send POST.' };
      return reply.send({ jsonrpc: '2.0', error, id: null });
    },
  });
}
