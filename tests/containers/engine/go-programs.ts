import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, works } from './program.ts';

const buildLimitMs = 900_000;

/** Versions of the servers as docker-compose.yml and deploy/Dockerfile name them. */
const nats = {
  module: 'github.com/nats-io/nats-server/v2',
  version: 'v2.15.2',
  name: 'nats-server',
  command: '',
};
const versity = {
  module: 'github.com/versity/versitygw',
  version: 'v1.8.0',
  name: 'versitygw',
  command: '/cmd/versitygw',
};

/** nats-server, built from its module; a program of its own, without any library. */
export const natsServer = (home: string): Promise<string> => goProgram(home, nats);

/** VersityGW, built from its module, and the entrypoint script of its image. */
export async function versityGateway(home: string): Promise<{ program: string; entrypoint: string }> {
  const program = await goProgram(home, versity);
  const told = await run('go', ['mod', 'download', '-json', `${versity.module}@${versity.version}`], {
    cwd: home,
  });
  const { Dir } = JSON.parse(told) as { Dir: string };
  return { program, entrypoint: join(Dir, 'docker-entrypoint.sh') };
}

async function goProgram(
  home: string,
  { module, version, name, command }: { module: string; version: string; name: string; command: string },
): Promise<string> {
  const folder = join(home, 'bin', `${name}-${version}`);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  if (!(await works('go', ['version'])))
    throw new Error(
      `${name} can neither be pulled nor built here: install Go, or let the engine reach a registry.`,
    );
  mkdirSync(folder, { recursive: true });
  await run('nice', ['go', 'install', '-trimpath', '-ldflags', '-s -w', `${module}${command}@${version}`], {
    cwd: home,
    timeoutMs: buildLimitMs,
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' },
  });
  return program;
}
