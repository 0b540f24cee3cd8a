import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ownUrl, outsideUrls } from './addresses.ts';
import type { LaunchContext } from './context.ts';
import { buildDemoParts } from './demo-parts.ts';
import { devPort, devUrl, devWebPart } from './dev.ts';
import { ensureWritable, prepareState } from './folders.ts';
import { checkPort, lockFolder } from './obstacles.ts';
import { root } from './paths.ts';
import { endOrphans, findOrphans } from './pid-files.ts';
import { freePort } from './ports.ts';
import { prepareStores } from './prepare-stores.ts';
import { waitUntilReady } from './ready.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import { loadSecrets } from './secrets.ts';
import { natsLogin, serviceParts } from './services.ts';
import { supervise } from './supervise.ts';
import type { Part, Supervised } from './supervise.ts';
import { buildTeller } from './teller.ts';
import { buildWebWhenStale } from './web-build.ts';

export interface House {
  /** Address without the one-time token. */
  url: string;
  /** Address for the person who started it: in local mode with the token that becomes a session. */
  openUrl: string;
  /** Addresses for other machines; empty where it listens to this one alone. */
  outsideUrls: readonly string[];
  natsUrl: string;
  databaseUrl: string;
  /** Addresses of the demo's ComfyUI hosts, by name. */
  standIns: Readonly<Record<string, string>>;
  processes: ReadonlyMap<string, Supervised>;
  /** Stops everything in the reverse order of its start. */
  stop: () => Promise<void>;
}

/** Groups that start side by side, and stop group by group in the reverse order. */
type Group = Supervised[];

/**
 * Starts every part of GAZE and resolves when it is ready.
 * @throws SpokenError with everything that had started stopped again
 */
export async function launch(context: LaunchContext): Promise<House> {
  const { settings, say } = context;
  const url = ownUrl(settings.host, settings.port);
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
    const orphans = findOrphans(folders.run);
    if (orphans.length > 0) {
      say.step(
        'tidy up',
        `ending what an earlier start left running: ${orphans.map(({ name }) => name).join(', ')}`,
      );
      await endOrphans(folders.run, orphans);
    }
    await checkPort(settings);
    context.stop.throwIfAborted();
    return await raise(context, { url, folders, groups, undo, stopAll });
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function raise(
  context: LaunchContext,
  given: {
    url: string;
    folders: { logs: string; run: string };
    groups: Group[];
    undo: (() => void)[];
    stopAll: () => Promise<void>;
  },
): Promise<House> {
  const { settings, env, say } = context;
  const { folders, groups } = given;
  const secrets = loadSecrets(settings.stateDir);
  const teller = buildTeller(context);
  let noteRun = (): void => undefined;
  const start = async (parts: readonly Part[]): Promise<Group> => {
    const group: Group = [];
    groups.push(group);
    context.stop.throwIfAborted();
    const watch = { runDir: folders.run, say, onLaunch: () => noteRun() };
    await all(parts.map(async (part) => group.push(await supervise(part, watch))));
    return group;
  };

  const web = settings.buildWeb
    ? buildWebWhenStale(root, (line) => say.step('web', line))
    : Promise.resolve(false);
  const [stores, demo] = await all([
    prepareStores(context, folders.logs, secrets),
    settings.demo
      ? buildDemoParts({ settings, env, logs: folders.logs, onLine: teller.of })
      : Promise.resolve(null),
    web.then((built) => (built ? say.step('web', 'built') : undefined)),
  ] as const);
  await start(stores.parts);
  for (const line of stores.lines) say.step(...line);
  if (demo !== null) {
    await start(demo.parts);
    say.step('demo', demo.summary);
  }

  const secret = (): string => randomBytes(24).toString('base64url');
  const token = settings.local ? secret() : null;
  const setupToken = settings.local || settings.hasPassword ? null : secret();
  const healthPort = await freePort();
  const mcpPort = await freePort();
  const services = serviceParts(context, {
    ...stores,
    secrets,
    token,
    setupToken,
    healthPort,
    mcpPort,
    teller,
    logs: folders.logs,
    demoEnv: demo?.env ?? {},
  });
  const group = await start(services);
  if (settings.dev) await start([devWebPart(context, folders.logs, teller)]);
  say.step('services', services.map(({ name }) => name).join(', '));
  const processes = new Map(groups.flat().map((running) => [running.name, running]));
  given.undo.push(() => removeRunFile(settings.stateDir));
  const startedAt = new Date().toISOString();
  noteRun = () =>
    writeRunFile(settings.stateDir, {
      pid: process.pid,
      url: given.url,
      port: settings.port,
      startedAt,
      ...(token === null ? {} : { linkSecret: token }),
      database: stores.databaseUrl,
      nats: { url: stores.natsUrl, ...natsLogin(context, secrets, 'operator') },
      processes: Object.fromEntries([...processes].map(([name, running]) => [name, running.pid() ?? 0])),
    });
  noteRun();
  await waitUntilReady({
    // Not the public port: every question there would be a line in the gateway's log.
    healthUrl: `http://127.0.0.1:${healthPort}/readyz`,
    port: settings.dev ? devPort(settings) : settings.port,
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
    openUrl: `${settings.dev ? devUrl(settings) : given.url}/${await entry(given.url, { token, setupToken })}`,
    outsideUrls: outsideUrls(settings.host, settings.port),
    natsUrl: stores.natsUrl,
    databaseUrl: stores.databaseUrl,
    standIns: demo?.addresses ?? {},
    processes,
    stop: given.stopAll,
  };
}

/** What follows the address in the link for whoever started it: the token of a local start, or the first password's. */
async function entry(
  url: string,
  { token, setupToken }: { token: string | null; setupToken: string | null },
): Promise<string> {
  if (token !== null) return `?token=${token}`;
  // While it has no password, it serves nothing else.
  const isUnset = setupToken !== null && (await fetch(url, { redirect: 'manual' })).status === 503;
  return isUnset ? `setup?token=${setupToken}` : '';
}

function buildStop(groups: Group[], undo: (() => void)[]): () => Promise<void> {
  return async () => {
    for (const group of groups.toReversed()) await Promise.all(group.map((running) => running.stop()));
    for (const step of undo.toReversed()) step();
  };
}

/** Like Promise.all, but waits for every one before it throws: nothing goes on starting behind a stop's back. */
async function all<T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
