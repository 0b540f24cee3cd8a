// Runs on Node 20 and newer without any dependency, straight after `git clone`: installs what is missing and hands
// over to the Node that the project pins, which runs TypeScript as it is.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import module from 'node:module';
import { basename, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { markInstalled, missingPackages } from './bootstrap/lockfile.mjs';
import { nodePackage, pinnedNode, root, setup } from './setup.mjs';

const wantedMajor = 26;
const commands = {
  start: ['scripts/start.ts'],
  dev: ['scripts/start.ts', '--dev'],
  test: ['scripts/test.ts'],
  check: ['scripts/check.ts'],
  keys: ['scripts/keys.ts'],
  backup: ['scripts/backup.ts'],
  restore: ['scripts/restore.ts'],
  doctor: ['scripts/doctor.ts'],
  import: ['scripts/import.ts'],
  link: ['scripts/link.ts'],
  'comfyui-stand-in': ['tools/comfyui-stand-in/src/main.ts'],
};

class Refusal extends Error {}

function main([command = 'start', ...args]) {
  const [script, ...fixed] = commands[command] ?? (command.endsWith('.ts') ? [command] : []);
  if (script === undefined) {
    throw new Refusal(`There is no command «${command}». There are: ${Object.keys(commands).join(', ')}.`);
  }
  const path = join(root, script);
  if (!existsSync(path)) throw new Refusal(`${script} is missing from this checkout.`);
  checkPlatform();
  install();
  setup();
  return handOver(path, [...fixed, ...args]);
}

function checkPlatform() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) {
    throw new Refusal(
      `GAZE needs Node 20 or newer to start; this is ${process.version}. Install a newer one from nodejs.org or your package manager.`,
    );
  }
  if (major >= wantedMajor) return;
  if (nodePackage(process.platform, process.arch) === null) {
    throw new Refusal(
      `GAZE brings no Node for ${process.platform} on ${process.arch}. Install Node ${wantedMajor} or newer yourself and start again with it.`,
    );
  }
  // The pinned Node and PostgreSQL are built for glibc.
  const report = process.platform === 'linux' ? process.report?.getReport() : undefined;
  if (report !== undefined && report.header.glibcVersionRuntime === undefined) {
    throw new Refusal(
      `This Linux has no glibc (Alpine, for example), for which GAZE brings no Node. Install Node ${wantedMajor} or newer yourself and set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

function install() {
  const missing = missingPackages(root);
  if (missing === null) return;
  const began = Date.now();
  process.stdout.write(`Installing packages (${missing}); this takes about a minute, once …\n`);
  const run = npm([
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  if (run.error !== undefined)
    throw new Refusal(
      `npm could not be run (${run.error.message}). Run \`npm ci\` in ${root} and start again.`,
    );
  if (run.status !== 0)
    throw new Refusal(
      `The packages could not be installed:\n${(run.stdout + run.stderr).trim()}\nPut that right and start again; it goes on from there.`,
    );
  markInstalled(root);
  process.stdout.write(`Packages installed in ${Math.round((Date.now() - began) / 1000)} s.\n`);
}

function npm(args) {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };
  const running = process.env.npm_execpath;
  if (running !== undefined && basename(running) === 'npm-cli.js') {
    return spawnSync(process.env.npm_node_execpath ?? process.execPath, [running, ...args], options);
  }
  // On Windows npm is a .cmd, which only a shell runs; the arguments are our own words.
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

async function handOver(script, args) {
  const node = pinnedNode();
  const there = node !== null && existsSync(node);
  const state = process.env.GAZE_STATE_DIR ?? '.gaze';
  const cache = join(isAbsolute(state) ? state : join(root, state), 'cache', 'compiled');
  process.env.NODE_COMPILE_CACHE ??= cache;
  const own = Number(process.versions.node.split('.')[0]) >= wantedMajor;
  if ((there && realpathSync(node) === realpathSync(process.execPath)) || (!there && own)) {
    module.enableCompileCache?.(cache);
    process.argv = [process.execPath, script, ...args];
    await import(pathToFileURL(script).href);
    return;
  }
  if (!there) {
    throw new Refusal(
      `The package ${nodePackage(process.platform, process.arch)}, which holds Node ${wantedMajor}, was not installed. Run \`npm ci --include=optional\` in ${root} and start again.`,
    );
  }
  if (process.execve !== undefined && process.platform !== 'win32')
    process.execve(node, [node, script, ...args], process.env);
  await runAsChild(node, [script, ...args]);
}

/** Older Nodes cannot become another program: they wait for it, pass signals on, and end as it ends. */
function runAsChild(node, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: 'inherit' });
    // Ctrl-C reaches the child by itself, as it is in the terminal's group too; a second copy would force its stop.
    process.on('SIGINT', () => undefined);
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.once('error', (error) =>
      reject(new Refusal(`The Node of this project does not run here (${error.message}).`)),
    );
    child.once('exit', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
      resolve();
    });
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
