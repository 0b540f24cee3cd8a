import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchContext } from './context.ts';
import type { NatsProgram } from './nats/find-server.ts';
import { locateNatsServer } from './nats/locate.ts';
import { knowsSyncInterval } from './nats/version.ts';
import { root } from './paths.ts';
import { freePort } from './ports.ts';
import type { Secrets } from './secrets.ts';
import { buildNatsPart, buildPostgresPart } from './stores.ts';
import type { Part } from './supervise.ts';

export interface Stores {
  /** What has to be started; empty where both belong to somebody else. */
  parts: Part[];
  /** What is said once they run: part and text. */
  lines: [string, string][];
  databaseUrl: string;
  natsUrl: string;
}

/** PostgreSQL and nats-server: our own, unless DATABASE_URL or NATS_URL names another one. */
export async function prepareStores(context: LaunchContext, logs: string, secrets: Secrets): Promise<Stores> {
  const { settings } = context;
  const [postgres, nats] = await Promise.all([
    settings.databaseUrl === null ? ownPostgres(settings.stateDir, logs, secrets) : null,
    settings.natsUrl === null ? ownNats(context, logs, secrets) : null,
  ]);
  return {
    parts: [postgres?.part, nats?.part].filter((part) => part !== undefined),
    lines: [
      ['postgres', postgres?.line ?? 'the server that DATABASE_URL names'],
      ['nats', nats?.line ?? 'the server that NATS_URL names'],
    ],
    databaseUrl: postgres?.url ?? settings.databaseUrl ?? '',
    natsUrl: nats?.url ?? settings.natsUrl ?? '',
  };
}

interface OwnStore {
  part: Part;
  url: string;
  line: string;
}

async function ownPostgres(stateDir: string, logs: string, secrets: Secrets): Promise<OwnStore> {
  const { part, url, port, isNew } = await buildPostgresPart({
    root,
    stateDir,
    logs,
    port: await freePort(),
    secrets,
  });
  return { part, url, line: `PostgreSQL on port ${port}${isNew ? ', a new database' : ''}` };
}

async function ownNats(
  { settings, env, say }: LaunchContext,
  logs: string,
  secrets: Secrets,
): Promise<OwnStore> {
  const { stateDir } = settings;
  const program = await locateNatsServer(env, (line) => say.step('nats', line));
  const { part, url, port } = buildNatsPart({ program, stateDir, logs, port: await freePort(), secrets });
  return {
    part,
    url,
    line: `nats-server ${program.version.join('.')} on port ${port}${syncNote(stateDir, program)}`,
  };
}

/** Said once per version: what an old server lacks is worth a word, not one at every start. */
function syncNote(stateDir: string, program: NatsProgram): string {
  const file = join(stateDir, 'nats.version');
  const version = program.version.join('.');
  if (readText(file) === version) return '';
  writeFileSync(file, version, { mode: 0o600 });
  return knowsSyncInterval(program.version)
    ? ''
    : '; it cannot sync every write (2.10 and newer can), which costs time after a power cut, never a job';
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
