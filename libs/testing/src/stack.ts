import { catalogRpc } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { callRpc, connectNats } from '@gaze/runtime';
import type { Nats } from '@gaze/runtime';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../../../scripts/launcher/launch.ts';
import type { House } from '../../../scripts/launcher/launch.ts';
import { root } from '../../../scripts/launcher/paths.ts';
import { freePort } from '../../../scripts/launcher/ports.ts';
import { readRunFile } from '../../../scripts/launcher/run-file.ts';
import { readLaunchSettings } from '../../../scripts/launcher/settings.ts';
import { testEnvironment } from './environment.ts';
import { testLog } from './log.ts';
import { testBucket, testStore } from './store.ts';

export interface StackProcess {
  /** Null while it is down. */
  readonly pid: number | null;
  /** Its supervisor starts it again, as after any crash. SIGSTOP and SIGCONT freeze it and let it go on. */
  kill: (signal: NodeJS.Signals) => void;
  /** Ends it in order and keeps it down. */
  hold: () => Promise<void>;
  /** Starts it again after `hold`. */
  resume: () => Promise<void>;
}

export interface TestStack extends AsyncDisposable {
  url: string;
  /** Address with the one-time token, for a browser. */
  openUrl: string;
  /** An API key with the scope `admin`. */
  apiKey: string;
  databaseUrl: string;
  stateDir: string;
  dataDir: string;
  uploadsDir: string;
  /** What the services keep pictures in: `uploadsDir`, or a bucket in a run on S3. */
  store: ObjectStore;
  /** What kind of store that is. */
  pictures: 'disk' | 's3';
  /** Addresses of the ComfyUI stand-ins by name. */
  standIns: Readonly<Record<string, string>>;
  /** `postgres`, `nats`, `catalog`, `generator`, `generator-2`, `gateway`, `atelier`, `cellar` … */
  process: (name: string) => StackProcess;
  /** Connection to the bus with the operator's rights. */
  bus: Nats;
  /** What the launcher said, a line each. */
  said: readonly string[];
  stop: () => Promise<void>;
}

export interface StackOptions {
  /** Folder to copy the data from; the project's sample set where it is left out. */
  data?: string;
  /** Two ComfyUI stand-ins and the LLM stand-in; on unless it is false. */
  demo?: boolean;
  /** Duration of a step and of a load on the stand-ins; 0 where it is left out. */
  stepMs?: number;
  generators?: number;
  /** For a test of the disk itself: keeps pictures in the folder in a run on S3 too. */
  pictures?: 'disk';
  /** Further variables, such as COMFYUI_URLS for stand-ins of the test's own. */
  env?: Readonly<Record<string, string>>;
}

/**
 * The whole GAZE as `npm start` raises it: its own PostgreSQL and nats-server, every service a process of its own, on
 * free ports, with its state and a copy of the data in a temporary folder.
 */
export async function startStack(options: StackOptions = {}): Promise<TestStack> {
  const home = await mkdtemp(join(tmpdir(), 'gaze-test-stack-'));
  // Root's PostgreSQL runs as somebody else, who has to pass through.
  await chmod(home, 0o711);
  const dataDir = join(home, 'data');
  const source = options.data ?? join(root, 'data');
  await cp(source, dataDir, {
    recursive: true,
    filter: (path) => !path.startsWith(join(source, 'uploads')) && !path.endsWith('.gaze-lock'),
  });
  const said: string[] = [];
  const note = (part: string, text: string): void => void said.push(`${part}: ${text}`);
  const stop = new AbortController();
  const force = new AbortController();
  const bucket = options.pictures === 'disk' ? {} : testBucket();
  const env = stackEnv(options, bucket, { stateDir: join(home, 'state'), dataDir, port: await freePort() });
  // The run builds the app before its tests; a test of the services has no use for it.
  const settings = { ...readLaunchSettings(options.demo === false ? [] : ['--demo'], env), buildWeb: false };
  let house: House;
  try {
    const say = {
      step: note,
      warn: note,
      error: (text: string) => note('error', text),
      plain: (text: string) => note('', text),
    };
    house = await launch({ settings, env, say, stop: stop.signal, force: force.signal });
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw new Error(`The stack did not start: ${String(error)}\n${said.join('\n')}`, { cause: error });
  }
  const bus = await connectOperator(settings.stateDir);
  const { secret } = await callRpc(bus.nc, catalogRpc.keysCreate, { name: 'test', scopes: ['admin'] });
  let ended: Promise<void> | null = null;
  const end = async (): Promise<void> => {
    await bus.close();
    await house.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const stopOnce = (): Promise<void> => (ended ??= end());
  return {
    url: house.url,
    openUrl: house.openUrl,
    apiKey: secret,
    databaseUrl: house.databaseUrl,
    stateDir: settings.stateDir,
    dataDir,
    uploadsDir: settings.uploadsDir,
    store: await testStore(settings.uploadsDir, bucket),
    pictures: Object.keys(bucket).length === 0 ? 'disk' : 's3',
    standIns: house.standIns,
    process: (name) => handleOn(house, name),
    bus,
    said,
    stop: stopOnce,
    [Symbol.asyncDispose]: stopOnce,
  };
}

function stackEnv(
  options: StackOptions,
  bucket: Readonly<Record<string, string>>,
  given: { stateDir: string; dataDir: string; port: number },
): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(VITEST|NODE_ENV|GAZE_|COMFYUI_|S3_|LLM_|DATABASE_URL|NATS_|UPLOADS_DIR|HOST$|PORT$)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    GAZE_NATS_BIN: testEnvironment('GAZE_NATS_BIN'),
    GAZE_STATE_DIR: given.stateDir,
    DATA_DIR: given.dataDir,
    PORT: String(given.port),
    GAZE_DEMO_STEP_MS: String(options.stepMs ?? 0),
    GAZE_GENERATORS: String(options.generators ?? 1),
    ...bucket,
    ...options.env,
  };
}

async function connectOperator(stateDir: string): Promise<Nats> {
  const run = readRunFile(stateDir);
  if (run === null) throw new Error('The stack wrote no run file.');
  return connectNats({
    url: run.nats.url,
    user: run.nats.user,
    pass: run.nats.password,
    name: 'test',
    log: testLog(),
  });
}

function handleOn(house: House, name: string): StackProcess {
  const running = house.processes.get(name);
  if (running === undefined)
    throw new Error(`The stack has no process «${name}»; it has ${[...house.processes.keys()].join(', ')}.`);
  return {
    get pid() {
      return running.pid();
    },
    kill: running.kill,
    hold: running.stop,
    resume: running.resume,
  };
}
