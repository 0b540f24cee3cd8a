import type { McpServerSetting, McpServerStatus } from '@gaze/contracts';
import { z } from 'zod';

/** One MCP server: reached by address, or started as a command. */
export interface McpServerConfig {
  name: string;
  origin: McpServerStatus['origin'];
  /** Names of tools that may be offered; `*` is all of them. Null: those that say of themselves that they only read. */
  tools: readonly string[] | null;
  connection:
    | { kind: 'http'; url: string; headers: Readonly<Record<string, string>> }
    | {
        kind: 'command';
        command: string;
        args: readonly string[];
        env: Readonly<Record<string, string>>;
        cwd?: string;
      };
}

/** The tag server's name: its tools are named in the system prompts, and it checks tags after the model. */
export const tagServerName = 'danbooru';
const tagTools = ['search_tags', 'validate_tags', 'suggest_tags'] as const;

const serverName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/i, 'may hold letters, digits and - only');
const One = z
  .strictObject({
    name: serverName.optional(),
    url: z.url({ protocol: /^https?$/ }).optional(),
    headers: z.record(z.string(), z.string()).default({}),
    command: z.string().min(1).optional(),
    args: z.array(z.string()).default([]),
    env: z.record(z.string(), z.string()).default({}),
    cwd: z.string().optional(),
    tools: z.array(z.string().min(1)).optional(),
    type: z.string().optional(),
  })
  .refine(
    ({ url, command }) => (url === undefined) !== (command === undefined),
    'needs either url or command',
  );
type One = z.infer<typeof One>;

const Servers = z.union([
  z.array(One),
  z.strictObject({ mcpServers: z.record(serverName, One) }).transform(({ mcpServers }) => named(mcpServers)),
  z.record(serverName, One).transform((record) => named(record)),
]);

const named = (record: Record<string, One>): One[] =>
  Object.entries(record).map(([name, one]) => ({ ...one, name }));

/**
 * Reads `MCP_SERVERS`: `name=url,name=url`, or JSON: a list, an object by name, or what desktop clients keep under
 * `mcpServers`. Without a server named `danbooru` the project's own is added in front.
 * @param allow `server:tool,server:*`: further tools that may be offered
 * @throws Error with a sentence
 */
export function readServers(
  text: string | undefined,
  tagServerUrl: string,
  allow: string | undefined,
): McpServerConfig[] {
  const given =
    text === undefined || text.trim() === '' ? [] : /^\s*[[{]/.test(text) ? fromJson(text) : fromPairs(text);
  const own: McpServerConfig = {
    name: tagServerName,
    origin: 'built_in',
    tools: tagTools,
    connection: { kind: 'http', url: tagServerUrl, headers: {} },
  };
  const all = given.some(({ name }) => name === tagServerName) ? given : [own, ...given];
  const twice = all.find(({ name }, at) => all.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) throw new Error(`MCP_SERVERS names «${twice.name}» twice.`);
  return withAllowed(all, allow).map((server) =>
    server.name === tagServerName && server.tools === null ? { ...server, tools: tagTools } : server,
  );
}

function fromJson(text: string): McpServerConfig[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('MCP_SERVERS begins like JSON and is none.');
  }
  const parsed = Servers.safeParse(value);
  if (!parsed.success) throw new Error(`MCP_SERVERS is not right: ${z.prettifyError(parsed.error)}`);
  return parsed.data.map(toConfig);
}

function toConfig(one: One): McpServerConfig {
  const { name, url, command, args, env, headers, cwd, tools } = one;
  if (name === undefined) throw new Error('A server in MCP_SERVERS has no name.');
  const connection =
    command === undefined
      ? ({ kind: 'http', url: url ?? '', headers } as const)
      : ({ kind: 'command', command, args, env, ...(cwd === undefined ? {} : { cwd }) } as const);
  return { name, origin: 'environment', tools: tools ?? null, connection };
}

function fromPairs(text: string): McpServerConfig[] {
  return text.split(',').map((pair) => {
    const [name = '', ...rest] = pair.trim().split('=');
    const url = rest.join('=');
    if (!serverName.safeParse(name).success || !URL.canParse(url) || !/^https?:/.test(url))
      throw new Error(`«${pair.trim()}» in MCP_SERVERS is not name=http://address.`);
    return { name, origin: 'environment', tools: null, connection: { kind: 'http', url, headers: {} } };
  });
}

function withAllowed(servers: McpServerConfig[], allow: string | undefined): McpServerConfig[] {
  const entries = (allow ?? '').split(',').filter((entry) => entry.trim() !== '');
  return entries.reduce((all, entry) => {
    const [name = '', tool = ''] = entry.trim().split(':');
    if (tool === '' || !all.some((server) => server.name === name))
      throw new Error(`«${entry.trim()}» in MCP_TOOLS is not server:tool of a server that is set up.`);
    return all.map((server) =>
      server.name === name ? { ...server, tools: [...(server.tools ?? []), tool] } : server,
    );
  }, servers);
}

/**
 * The servers of the environment and those of Settings. Where both name one, the environment wins; a tag server of Settings
 * takes the place of the project's own.
 */
export function withSettings(
  fixed: readonly McpServerConfig[],
  added: readonly McpServerSetting[],
): McpServerConfig[] {
  const stays = (config: McpServerConfig): boolean =>
    config.origin === 'environment' || !added.some(({ name }) => name === config.name);
  const kept = fixed.filter(stays);
  const fresh = added.filter(({ name }) => !kept.some((config) => config.name === name));
  return [
    ...kept,
    ...fresh.map(({ name, url }): McpServerConfig => ({
      ...{ name, origin: 'settings', tools: name === tagServerName ? tagTools : null },
      connection: { kind: 'http', url, headers: {} },
    })),
  ];
}

/** Everything in a configuration that must not be seen by anybody. */
export function secretsOf(servers: readonly McpServerConfig[]): string[] {
  return servers.flatMap(({ connection }) =>
    connection.kind === 'http' ? Object.values(connection.headers) : Object.values(connection.env),
  );
}

/** As it may be shown: no credentials, no query. */
export function shownAddress({ connection }: McpServerConfig): string {
  if (connection.kind === 'command') return connection.command;
  const { origin, pathname } = new URL(connection.url);
  return `${origin}${pathname}`;
}
