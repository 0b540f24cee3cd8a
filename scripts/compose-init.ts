import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fillEnvFile, readEnvFile } from './compose/env-file.ts';
import { hostsFor } from './compose/hosts.ts';
import { newSecrets, weakSecrets } from './compose/secrets.ts';
import { revisionOf, versionOf } from './compose/version.ts';
import { root } from './launcher/paths.ts';
import { writePrivate } from './launcher/secrets.ts';
import { SpokenError } from './launcher/spoken-error.ts';

/** Of the user `node` in the images: whoever starts the stack as root gives the data folder to it. */
const imageUser = 1000;
const keyFile = join(root, 'deploy', 'secrets', 'bus.key');

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Makes `.env` and the key file of the container stack, and completes those that are there. Nothing is overwritten. */
async function main(): Promise<void> {
  const options = readOptions();
  const file = join(root, '.env');
  const example = readFileSync(join(root, '.env.example'), 'utf8');
  const isNew = !existsSync(file);
  const before = isNew ? example : readFileSync(file, 'utf8');
  const weak = weakSecrets(readEnvFile(before));
  if (weak.length > 0)
    throw new SpokenError(`.env cannot be used:\n${weak.map((each) => `  ${each}`).join('\n')}`);
  const hosts = await hostsFor(options, readEnvFile(before));
  const { uid, gid } = owner();
  const text = fillEnvFile({
    text: before,
    example,
    values: { ...newSecrets(), ...hosts.values, GAZE_UID: String(uid), GAZE_GID: String(gid) },
    renewed: { GAZE_VERSION: versionOf(root), GAZE_REVISION: revisionOf(root) },
  });
  writePrivate(file, text);
  const env = readEnvFile(text);
  const dataDir = resolve(root, env.get('GAZE_DATA') ?? 'data');
  const made = makeKeyFile();
  giveTo(Number(env.get('GAZE_UID')), Number(env.get('GAZE_GID')), [
    dataDir,
    join(root, 'deploy', 'secrets'),
  ]);
  say(isNew ? '.env is made, with secrets of its own.' : '.env is complete; what stood there stands.');
  if (made) say('deploy/secrets/bus.key is made. Keep a copy: it opens the secrets that Settings store.');
  say(hosts.said);
  say(
    `\nStart the stack:\n\n  docker compose${hosts.isDemo ? ' --profile demo' : ''} up -d --build --wait\n\nThen open http://${env.get('GAZE_BIND') ?? '127.0.0.1'}:${env.get('GAZE_PORT') ?? '5782'}/ and sign in with GAZE_PASSWORD from .env.`,
  );
}

function readOptions(): { demo: boolean; comfyui: string | null } {
  try {
    const { values } = parseArgs({ options: { demo: { type: 'boolean' }, comfyui: { type: 'string' } } });
    return { demo: values.demo ?? false, comfyui: values.comfyui ?? null };
  } catch {
    throw new SpokenError(
      'Options are --demo (stand-ins in place of ComfyUI) and --comfyui URL[,URL …] (your hosts).',
    );
  }
}

/** Who the containers that write the data folder run as: whoever runs this, and never root. */
function owner(): { uid: number; gid: number } {
  const [uid, gid] = [process.getuid?.() ?? imageUser, process.getgid?.() ?? imageUser];
  return uid === 0 ? { uid: imageUser, gid: imageUser } : { uid, gid };
}

function makeKeyFile(): boolean {
  if (existsSync(keyFile)) return false;
  mkdirSync(join(root, 'deploy', 'secrets'), { recursive: true, mode: 0o700 });
  writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  return true;
}

/** Root alone can give files away, and has to: the containers run as an ordinary user. */
function giveTo(uid: number, gid: number, folders: readonly string[]): void {
  if (process.getuid?.() !== 0) return;
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    chownSync(folder, uid, gid);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), uid, gid);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SpokenError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
