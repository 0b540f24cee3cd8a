import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { LaunchContext } from './context.ts';
import { devUrl } from './dev.ts';
import { root } from './paths.ts';
import { keyFileName } from './secrets.ts';
import type { Secrets } from './secrets.ts';
import { serviceEnv } from './service-env.ts';
import type { ServiceName } from './service-env.ts';
import { buildServicePart } from './service-part.ts';
import { readStorageFile } from './storage-file.ts';
import type { Part } from './supervise.ts';
import type { Teller } from './teller.ts';

/** Services in the order in which they are named; those that this checkout has. */
const serviceNames: readonly ServiceName[] = [
  'catalog',
  'generator',
  'gateway',
  'danbooru-mcp',
  'llm-worker',
];

export function serviceParts(
  context: LaunchContext,
  given: {
    databaseUrl: string;
    natsUrl: string;
    secrets: Secrets;
    token: string | null;
    setupToken: string | null;
    healthPort: number;
    mcpPort: number;
    teller: Teller;
    logs: string;
    demoEnv: Readonly<Record<string, string>>;
  },
): Part[] {
  const { settings, env } = context;
  // What `npm run storage:move` chose, unless the environment names a store itself.
  const moved = (env.S3_ENDPOINT ?? '') === '' ? readStorageFile(settings.stateDir) : null;
  return replicas(settings.generators).flatMap(({ name, replica }) => {
    const script = join(root, 'services', name, 'src', 'main.ts');
    if (!existsSync(script)) return [];
    const login = natsLogin(context, given.secrets, name);
    const added = {
      NATS_URL: given.natsUrl,
      NATS_USER: login.user,
      NATS_PASSWORD: login.password,
      DATABASE_URL: given.databaseUrl,
      DATA_DIR: settings.dataDir,
      UPLOADS_DIR: settings.uploadsDir,
      ...moved,
      GAZE_KEY_FILE: join(settings.stateDir, keyFileName),
      // A deployment may fix the port, or name another tag server.
      MCP_PORT: env.MCP_PORT ?? String(given.mcpPort),
      DANBOORU_MCP_URL: env.DANBOORU_MCP_URL ?? `http://127.0.0.1:${env.MCP_PORT ?? given.mcpPort}/mcp`,
      TAGS_DIR:
        env.TAGS_DIR ??
        [...new Set([join(root, 'data/tags'), join(settings.dataDir, 'tags')])].join(delimiter),
      // The person at this machine may import from their own folders; elsewhere somebody has to name folders first.
      IMPORT_ROOTS: env.IMPORT_ROOTS ?? (settings.local ? (env.HOME ?? '') : ''),
      HOST: settings.host,
      PORT: String(settings.port),
      // A fixed name, so that a generator that starts again is the same replica to its hosts.
      SERVICE_INSTANCE: replica,
      HEALTH_PORT: name === 'gateway' ? String(given.healthPort) : '0',
      ...(given.token === null ? {} : { GAZE_LOCAL: '1', GAZE_LOCAL_TOKEN: given.token }),
      ...(given.setupToken === null ? {} : { GAZE_SETUP_TOKEN: given.setupToken }),
      // In dev the browser is on vite's port.
      ...(settings.dev ? { GAZE_ORIGINS: devUrl(settings) } : {}),
      ...given.demoEnv,
    };
    return [
      buildServicePart({
        name: replica,
        script,
        env: serviceEnv(name, env, added),
        cwd: root,
        logs: given.logs,
        watch: settings.dev,
        onLine: given.teller.of(replica),
      }),
    ];
  });
}

function replicas(generators: number): { name: ServiceName; replica: string }[] {
  return serviceNames.flatMap((name) =>
    Array.from({ length: name === 'generator' ? generators : 1 }, (_, index) => ({
      name,
      replica: index === 0 ? name : `${name}-${index + 1}`,
    })),
  );
}

/** Credentials on our own bus; a server of somebody else's takes those of the environment. */
export function natsLogin(
  context: LaunchContext,
  secrets: Secrets,
  user: keyof Secrets['nats'],
): { user?: string | undefined; password?: string | undefined } {
  if (context.settings.natsUrl === null) return { user, password: secrets.nats[user] };
  return { user: context.env.NATS_USER, password: context.env.NATS_PASSWORD };
}
