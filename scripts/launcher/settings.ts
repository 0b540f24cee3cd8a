import { join } from 'node:path';
import { parseNamedHost } from '@gaze/domain';
import { logLevels } from '@gaze/runtime';
import { stateFolder, underRoot } from './paths.ts';
import { SpokenError } from './spoken-error.ts';

/** What a start is told by its arguments and the environment, every default filled in. */
export interface LaunchSettings {
  host: string;
  port: number;
  /** For the person at this machine: a one-time link instead of a password. */
  local: boolean;
  /** The environment fixes the password; without it, and not local, the one that was set in GAZE counts. */
  hasPassword: boolean;
  stateDir: string;
  dataDir: string;
  uploadsDir: string;
  /** A PostgreSQL of somebody else's; null starts the built-in one. */
  databaseUrl: string | null;
  /** A nats-server of somebody else's; null starts our own. */
  natsUrl: string | null;
  /** How many generators share the hosts. */
  generators: number;
  demo: boolean;
  dev: boolean;
  /** Whether a stale build of the app is made anew. */
  buildWeb: boolean;
  verbose: boolean;
  /** Duration of a sampler step of the demo's hosts. */
  stepMs: number | undefined;
}

const loopback = ['127.0.0.1', 'localhost', '::1'];
const flags = ['--demo', '--dev', '--verbose'] as const;

/** @throws SpokenError that names every setting that is not right */
export function readLaunchSettings(args: readonly string[], env: NodeJS.ProcessEnv): LaunchSettings {
  const unknown = args.filter((arg) => !(flags as readonly string[]).includes(arg));
  if (unknown.length > 0) {
    throw new SpokenError(
      `There is no option ${unknown.join(' ')}. There are: --demo (two ComfyUI stand-ins and a stand-in LLM, no GPU needed) and --verbose (every log line). Behind \`npm start\` options follow two dashes: \`npm start -- --demo\`.`,
    );
  }
  const given = (name: string): string | null =>
    env[name] === undefined || env[name] === '' ? null : env[name];
  const port = wholeNumber('PORT', given('PORT'), 1, 65_535) ?? 5782;
  const host = given('HOST') ?? '127.0.0.1';
  const password = given('GAZE_PASSWORD');
  if (password !== null && password.length < 8)
    throw new SpokenError('GAZE_PASSWORD has fewer than eight characters. Choose a longer one.');
  const level = given('LOG_LEVEL');
  if (level !== null && !(logLevels as readonly string[]).includes(level))
    throw new SpokenError(`LOG_LEVEL is «${level}»; it has to be one of ${logLevels.join(', ')}.`);
  checkHosts({ COMFYUI_URLS: given('COMFYUI_URLS'), COMFYUI_URL: given('COMFYUI_URL') });
  const isLoopback = loopback.includes(host);
  const dataDir = underRoot(env.DATA_DIR, 'data');
  return {
    host,
    port,
    local: isLoopback && password === null,
    hasPassword: password !== null,
    stateDir: stateFolder(env),
    dataDir,
    uploadsDir: underRoot(env.UPLOADS_DIR, join(dataDir, 'uploads')),
    databaseUrl: given('DATABASE_URL'),
    natsUrl: given('NATS_URL'),
    generators: wholeNumber('GAZE_GENERATORS', given('GAZE_GENERATORS'), 1, 16) ?? 1,
    demo: args.includes('--demo'),
    dev: args.includes('--dev'),
    buildWeb: !args.includes('--dev'),
    verbose: args.includes('--verbose'),
    stepMs: wholeNumber('GAZE_DEMO_STEP_MS', given('GAZE_DEMO_STEP_MS'), 0, 60_000),
  };
}

function checkHosts(variables: Readonly<Record<string, string | null>>): void {
  for (const [name, text] of Object.entries(variables)) {
    const wrong = (text ?? '').split(',').find((part) => part.trim() !== '' && parseNamedHost(part) === null);
    if (wrong !== undefined)
      throw new SpokenError(
        `${name} holds «${wrong.trim()}», which is no address of a ComfyUI. Write it like http://127.0.0.1:8188 or Atelier=http://127.0.0.1:8188, several with commas between them.`,
      );
  }
}

function wholeNumber(name: string, text: string | null, least: number, most: number): number | undefined {
  if (text === null) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new SpokenError(`${name} is «${text}»; it has to be a whole number from ${least} to ${most}.`);
}
