import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildDemoParts } from './demo-parts.ts';
import { ensureWritable, prepareState } from './folders.ts';
import { takeLock } from './lock.ts';
import type { Lock } from './lock.ts';
import { matters } from './log-lines.ts';
import type { LogLine } from './log-lines.ts';
import { locateNatsServer } from './nats/locate.ts';
import { knowsSyncInterval } from './nats/version.ts';
import { root } from './paths.ts';
import { endOrphans, findOrphans } from './pid-files.ts';
import { freePort, portObstacle } from './ports.ts';
import { waitUntilReady } from './ready.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import type { Say } from './say.ts';
import { keyFileName, loadSecrets } from './secrets.ts';
import type { Secrets } from './secrets.ts';
import { serviceEnv } from './service-env.ts';
import type { ServiceName } from './service-env.ts';
import { buildServicePart } from './service-part.ts';
import type { LaunchSettings } from './settings.ts';
import { SpokenError } from './spoken-error.ts';
import { buildNatsPart, buildPostgresPart } from './stores.ts';
import { supervise } from './supervise.ts';
import type { Part, Supervised } from './supervise.ts';
import { buildWebWhenStale } from './web-build.ts';

export interface House {
  /** Address without the one-time token. */
  url: string;
  /** Address for the person who started it: in local mode with the token that becomes a session. */
  openUrl: string;
  natsUrl: string;
  /** Addresses of the demo's ComfyUI hosts, by name. */
  standIns: Readonly<Record<string, string>>;
  processes: ReadonlyMap<string, Supervised>;
  /** Stops everything in the reverse order of its start. */
  stop: () => Promise<void>;
}

export interface LaunchContext {
  settings: LaunchSettings;
  env: NodeJS.ProcessEnv;
  say: Say;
  /** Ends a start that is under way: what has started stops again, and `launch` rejects. */
  stop: AbortSignal;
  /** Ends every process at once, whatever is under way. */
  force: AbortSignal;
}

/** Groups that start side by side, and stop group by group in the reverse order. */
type Group = Supervised[];

/**
 * Starts every part of GAZE and resolves when it is ready.
 * @throws SpokenError with everything that had started stopped again
 */
export async function launch(context: LaunchContext): Promise<House> {
  const { settings, say } = context;
  const url = `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${settings.port}`;
  const folders = prepareState(settings.stateDir);
  const undo: (() => void)[] = [];
  const groups: Group[] = [];
  const stopAll = buildStop(groups, undo);
  context.force.addEventListener('abort', () => groups.flat().forEach((running) => running.force()));
  try {
    undo.push(lockFolder(join(settings.stateDir, 'lock'), url, 'state').release);
    ensureWritable(settings.dataDir, 'the data folder', 'DATA_DIR');
    ensureWritable(settings.uploadsDir, 'the pictures folder', 'UPLOADS_DIR');
    undo.push(lockFolder(join(settings.dataDir, '.gaze-lock'), url, 'data').release);
    await checkPort(settings);
    const orphans = findOrphans(folders.run);
    if (orphans.length > 0) {
      say.step('tidy up', `ending what an earlier start left running: ${orphans.map(({ name }) => name).join(', ')}`);
      await endOrphans(folders.run, orphans);
    }
    context.stop.throwIfAborted();
    return await raise(context, { url, folders, groups, undo, stopAll });
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function raise(
  context: LaunchContext,
  given: { url: string; folders: { logs: string; run: string }; groups: Group[]; undo: (() => void)[]; stopAll: () => Promise<void> },
): Promise<House> {
  const { settings, env, say } = context;
  const { folders, groups } = given;
  const secrets = loadSecrets(settings.stateDir);
  const teller = buildTeller(context);
  const start = async (parts: readonly Part[]): Promise<Group> => {
    const group: Group = [];
    groups.push(group);
    context.stop.throwIfAborted();
    await all(parts.map(async (part) => group.push(await supervise(part, { runDir: folders.run, say }))));
    return group;
  };

  const web = settings.dev ? Promise.resolve(false) : buildWebWhenStale(root, (line) => say.step('web', line));
  const [stores, demo, built] = await all([
    prepareStores(context, folders.logs, secrets),
    settings.demo ? buildDemoParts({ settings, env, logs: folders.logs, onLine: teller.of }) : Promise.resolve(null),
    web.then((did) => {
      if (did) say.step('web', 'built');
      return did;
    }),
  ] as const);
  void built;
  await start(stores.parts);
  for (const line of stores.lines) say.step(...line);
  if (demo !== null) {
    await start(demo.parts);
    say.step('demo', demo.summary);
  }

  const token = settings.local ? randomBytes(24).toString('base64url') : null;
  const healthPort = await freePort();
  const services = serviceParts(context, { ...stores, secrets, token, healthPort, teller, logs: folders.logs, demoEnv: demo?.env ?? {} });
  const group = await start(services);
  say.step('services', services.map(({ name }) => name).join(', '));
  const processes = new Map(groups.flat().map((running) => [running.name, running]));
  given.undo.push(() => removeRunFile(settings.stateDir));
  writeRunFile(settings.stateDir, {
    pid: process.pid,
    url: given.url,
    port: settings.port,
    startedAt: new Date().toISOString(),
    nats: { url: stores.natsUrl, ...natsLogin(context, secrets, 'operator') },
    processes: Object.fromEntries([...processes].map(([name, running]) => [name, running.pid() ?? 0])),
  });
  await waitUntilReady({
    // Not the public port: every question there would be a line in the gateway's log.
    healthUrl: `http://127.0.0.1:${healthPort}/readyz`,
    port: settings.port,
    host: settings.host,
    services: group.map((running) => ({
      running,
      lastWord: services.find(({ name }) => name === running.name)?.lastWord ?? (() => ''),
      logFile: join(folders.logs, `${running.name}.log`),
    })),
    isStopped: () => context.stop.aborted,
    onWait: (reason) => say.step('waiting', reason),
  });
  context.stop.throwIfAborted();
  teller.settled();
  return {
    url: given.url,
    openUrl: token === null ? given.url : `${given.url}/?token=${token}`,
    natsUrl: stores.natsUrl,
    standIns: demo?.addresses ?? {},
    processes,
    stop: given.stopAll,
  };
}

interface Stores {
  parts: Part[];
  lines: [string, string][];
  databaseUrl: string;
  natsUrl: string;
}

async function prepareStores(context: LaunchContext, logs: string, secrets: Secrets): Promise<Stores> {
  const { settings, env, say } = context;
  const parts: Part[] = [];
  const lines: [string, string][] = [];
  let { databaseUrl, natsUrl } = settings;
  if (natsUrl === null) {
    const program = await locateNatsServer(env, (line) => say.step('nats', line));
    const nats = buildNatsPart({ program, stateDir: settings.stateDir, logs, port: await freePort(), secrets });
    natsUrl = nats.url;
    parts.push(nats.part);
    const synced = knowsSyncInterval(program.version) ? '' : '; it cannot sync every write, which costs time after a power cut, never a job';
    lines.push(['nats', `nats-server ${program.version.join('.')} on port ${nats.port}${synced}`]);
  } else lines.push(['nats', 'the server that NATS_URL names']);
  if (databaseUrl === null) {
    const postgres = await buildPostgresPart({ root, stateDir: settings.stateDir, logs, port: await freePort(), secrets });
    databaseUrl = postgres.url;
    parts.unshift(postgres.part);
    lines.unshift(['postgres', `PostgreSQL on port ${postgres.port}${postgres.isNew ? ', a new database' : ''}`]);
  } else lines.unshift(['postgres', 'the server that DATABASE_URL names']);
  return { parts, lines, databaseUrl, natsUrl };
}

/** Services in the order in which they are named; those that this checkout has. */
const serviceNames: readonly ServiceName[] = ['catalog', 'generator', 'gateway', 'danbooru-mcp', 'llm-worker'];

function serviceParts(
  context: LaunchContext,
  given: { databaseUrl: string; natsUrl: string; secrets: Secrets; token: string | null; healthPort: number; teller: Teller; logs: string; demoEnv: Readonly<Record<string, string>> },
): Part[] {
  const { settings, env } = context;
  return serviceNames.flatMap((name) => {
    const script = join(root, 'services', name, 'src', 'main.ts');
    if (!existsSync(script)) return [];
    const login = name === 'danbooru-mcp' ? {} : natsLogin(context, given.secrets, name);
    const added = {
      NATS_URL: given.natsUrl,
      NATS_USER: login.user,
      NATS_PASSWORD: login.password,
      DATABASE_URL: given.databaseUrl,
      DATA_DIR: settings.dataDir,
      UPLOADS_DIR: settings.uploadsDir,
      GAZE_KEY_FILE: join(settings.stateDir, keyFileName),
      HOST: settings.host,
      PORT: String(settings.port),
      // A fixed name, so that a generator that starts again is the same replica to its hosts.
      SERVICE_INSTANCE: name,
      HEALTH_PORT: name === 'gateway' ? String(given.healthPort) : '0',
      ...(given.token === null ? {} : { GAZE_LOCAL: '1', GAZE_LOCAL_TOKEN: given.token }),
      ...given.demoEnv,
    };
    return [
      buildServicePart({
        name,
        script,
        env: serviceEnv(name, env, added),
        cwd: root,
        logs: given.logs,
        watch: settings.dev,
        onLine: given.teller.of(name),
      }),
    ];
  });
}

/** Credentials on our own bus; a server of somebody else's takes those of the environment. */
function natsLogin(context: LaunchContext, secrets: Secrets, user: keyof Secrets['nats']): { user?: string | undefined; password?: string | undefined } {
  if (context.settings.natsUrl === null) return { user, password: secrets.nats[user] };
  return { user: context.env.NATS_USER, password: context.env.NATS_PASSWORD };
}

/** What services print, as far as a person should see it now. */
interface Teller {
  settled: () => void;
  of: (name: string) => (line: LogLine) => void;
}

function buildTeller({ say, settings, stop }: LaunchContext): Teller {
  let phase: 'settled' | 'changing' = 'changing';
  stop.addEventListener('abort', () => (phase = 'changing'));
  return {
    settled: () => (phase = 'settled'),
    of: (name) => (line) => {
      if (matters(line, phase)) say.warn(name, line.text);
      else if (settings.verbose) say.step(name, line.text);
    },
  };
}

function lockFolder(path: string, url: string, kind: 'state' | 'data'): Lock {
  const taken = takeLock(path, url);
  if (!('holder' in taken)) return taken;
  const { holder } = taken;
  if (kind === 'state') {
    throw new SpokenError(`GAZE runs already at ${holder.url} (process ${holder.pid}). Use that one, or stop it first.`);
  }
  throw new SpokenError(
    `The data folder is in use by the GAZE at ${holder.url} (process ${holder.pid} on ${holder.machine}). Stop that one, or name another folder with DATA_DIR. If that machine is gone for good, delete ${path}.`,
  );
}

async function checkPort(settings: LaunchSettings): Promise<void> {
  const obstacle = await portObstacle(settings.port, settings.host);
  if (obstacle === null) return;
  const where = `Port ${settings.port} of ${settings.host}`;
  const other = `Choose another one: PORT=${settings.port + 1} npm start`;
  if (obstacle === 'EADDRINUSE') throw new SpokenError(`${where} is taken by another program. ${other}`);
  if (obstacle === 'EACCES') throw new SpokenError(`${where} may be opened by root alone. ${other}`);
  throw new SpokenError(`${where} cannot be opened (${obstacle}). Check HOST and PORT.`);
}

function buildStop(groups: Group[], undo: (() => void)[]): () => Promise<void> {
  return async () => {
    for (const group of groups.toReversed()) await Promise.all(group.map((running) => running.stop()));
    for (const step of undo.toReversed()) step();
  };
}

/** Like Promise.all, but waits for every one before it throws: nothing goes on starting behind a stop's back. */
async function all<T extends readonly unknown[]>(promises: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
