import {
  LlmProviderBody,
  LlmProviderView,
  LlmTestBody,
  LlmTestResult,
  McpServerParams,
  McpServersBody,
  McpServersView,
  llmSettingsRpc,
  llmWorkerRpc,
} from '@gaze/contracts';
import type { McpServerStatus } from '@gaze/contracts';
import { GazeError, sealFor } from '@gaze/runtime';
import { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { orNull } from './part-away.ts';

const tags = ['Language model'];
const provider = '/api/v1/llm/provider';
const toolServers = '/api/v1/llm/mcp_servers';

/** Which language model works, and with which tools. A key is sealed here, and nobody at this door can open it again. */
export function llmSettingsRoutes(app: Api, call: CatalogCall): void {
  providerRoutes(app, call);
  toolServerRoutes(app, call);
}

function providerRoutes(app: Api, call: CatalogCall): void {
  app.get(
    provider,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getLlmProvider',
        summary: 'The language model in force, without its key',
        ...{ tags, response: { 200: LlmProviderView } },
      },
    },
    () => call(llmSettingsRpc.provider, {}),
  );

  app.put(
    provider,
    {
      config: { scope: 'admin', conflicts: true },
      schema: {
        operationId: 'setLlmProvider',
        summary: 'Choose the language model',
        description:
          'Any server that speaks the protocol of OpenAI. The key is kept sealed and never shown; it stays with the server that it was entered for. 409 where the environment fixes the model.',
        ...{ tags, body: LlmProviderBody, response: { 200: LlmProviderView } },
      },
    },
    async ({ body: { api_key: key, ...rest } }) =>
      call(llmSettingsRpc.setProvider, { ...rest, ...(await sealed(call, key)) }),
  );

  app.delete(
    provider,
    {
      config: { scope: 'admin', conflicts: true },
      schema: {
        operationId: 'forgetLlmProvider',
        summary: 'Forget the language model and its key',
        ...{ tags, response: { 200: LlmProviderView } },
      },
    },
    () => call(llmSettingsRpc.forgetProvider, {}),
  );

  app.post(
    `${provider}/test`,
    {
      config: { scope: 'admin', conflicts: true },
      schema: {
        operationId: 'testLlmProvider',
        summary: 'Ask a language model for a word, and say what was found',
        description:
          'The model in force, or the one of the body before it is kept. A failed try is an answer, and its message says what to do.',
        ...{ tags, body: LlmTestBody, response: { 200: LlmTestResult } },
      },
    },
    async ({ body }) => {
      const given = body ?? null;
      const candidate =
        given === null
          ? null
          : {
              ...{ base_url: given.base_url, model: given.model },
              ...(await sealed(call, given.api_key)),
            };
      return call(llmWorkerRpc.test, await call(llmSettingsRpc.candidate, candidate));
    },
  );
}

async function sealed(
  call: CatalogCall,
  key: string | null | undefined,
): Promise<{ sealed_key?: string | null }> {
  if (key === undefined) return {};
  if (key === null) return { sealed_key: null };
  const { public_key: publicKey } = await call(llmSettingsRpc.sealingKey, {});
  return { sealed_key: sealFor(publicKey, key) };
}

function toolServerRoutes(app: Api, call: CatalogCall): void {
  app.get(
    toolServers,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listMcpServers',
        summary: 'The MCP servers, how they are, and their tools',
        ...{ tags, response: { 200: McpServersView } },
      },
    },
    () => serversView(call),
  );

  app.put(
    toolServers,
    {
      config: { scope: 'admin', conflicts: true },
      schema: {
        operationId: 'setMcpServers',
        summary: 'Choose the MCP servers of Settings, and what the model may call',
        description:
          'Servers by address; one that is started as a command comes from the environment alone. 409 for a name that the environment uses.',
        ...{ tags, body: McpServersBody, response: { 200: McpServersView } },
      },
    },
    async ({ body }) => {
      const known = (await call(llmWorkerRpc.status, {}).catch(orNull))?.servers ?? [];
      const taken = known.find(
        ({ name, origin }) => origin === 'environment' && body.servers.some((server) => server.name === name),
      );
      if (taken !== undefined)
        throw new GazeError('conflict', `MCP_SERVERS has a server «${taken.name}». Choose another name.`, {
          field: 'servers',
        });
      await call(llmSettingsRpc.setToolServers, body);
      return serversView(call);
    },
  );

  app.post(
    `${toolServers}/:name/reconnect`,
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'reconnectMcpServer',
        summary: 'Let go of an MCP server and connect anew',
        ...{ tags, params: McpServerParams },
        response: { 204: z.undefined().meta({ description: 'It is being connected.' }) },
      },
    },
    async ({ params }, reply) => {
      await call(llmSettingsRpc.reconnect, params);
      void reply.code(204);
    },
  );
}

/** What a worker sees, and what it has not heard of yet. */
async function serversView(call: CatalogCall): Promise<McpServersView> {
  const [settings, worker] = await Promise.all([
    call(llmSettingsRpc.toolServers, {}),
    call(llmWorkerRpc.status, {}).catch(orNull),
  ]);
  const gone = (server: McpServerStatus): boolean =>
    server.origin === 'settings' && !settings.servers.some(({ name }) => name === server.name);
  const seen = (worker?.servers ?? []).filter((server) => !gone(server));
  const reason = worker === null ? 'No worker answers that could connect it.' : 'It is being connected.';
  const unseen = settings.servers
    .filter(({ name }) => !seen.some((server) => server.name === name))
    .map(({ name, url }): McpServerStatus => ({
      ...{ name, address: url, state: worker === null ? 'down' : 'connecting', reason },
      ...{ origin: 'settings', tools_fixed: false, tools: [] },
    }));
  return { servers: [...seen, ...unseen], allow: settings.allow, live: worker !== null };
}
