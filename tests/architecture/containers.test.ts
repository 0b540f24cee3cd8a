import { verifies } from '@gaze/testing';
import { busUsers } from '@gaze/contracts';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvFile } from '../../scripts/compose/env-file.ts';
import { busPasswordName } from '../../scripts/compose/names.ts';
import { root } from '../../scripts/launcher/paths.ts';
import { busUsersConfig } from '../../scripts/launcher/nats/config.ts';
import { readYaml } from './manifests.ts';
import { knownVariables } from './service-env.ts';

interface Service {
  image: string;
  user?: string;
  build?: { context: string; dockerfile: string; target: string };
  environment?: Record<string, string>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
  ports?: string[];
  networks?: string[];
  volumes?: string[];
  logging?: { options?: Record<string, string> };
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
  profiles?: string[];
  deploy?: { resources: { limits: { memory: string; pids: number } } };
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
}

const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const compose = readYaml('docker-compose.yml')[0] as Compose;
const services = Object.entries(compose.services);
const dockerfile = text('deploy/Dockerfile');

/** Instructions of a Dockerfile with their lines joined; comments are left out. */
const instructions = dockerfile
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    return { word, rest: rest.join(' ') };
  });
const stages = instructions
  .filter(({ word }) => word === 'FROM')
  .map(({ rest }) => ({ from: rest.split(' ')[0] ?? '', name: rest.split(' ')[2] ?? '' }));

describe(verifies('containers.images', 'the Dockerfile'), () => {
  test('holds to what engines from 20.10 on understand', () => {
    const words = /^(FROM|ARG|ENV|RUN|COPY|WORKDIR|USER|CMD|ENTRYPOINT|EXPOSE|LABEL|HEALTHCHECK)$/;
    expect(instructions.filter(({ word }) => !words.test(word))).toEqual([]);
    expect(dockerfile).not.toMatch(/^#\s*syntax=/m);
    expect(dockerfile).not.toMatch(/<<-?['"]?[A-Z]/);
    for (const { rest } of instructions) expect(rest).not.toMatch(/--link|start-interval|@sha256:/);
  });

  test('every stage is built on an image or a stage before it, and copies from those alone', () => {
    const seen = new Set<string>(['scratch']);
    for (const { word, rest } of instructions) {
      if (word === 'FROM') {
        const [from = '', , name = ''] = rest.split(' ');
        expect(from.includes(':') || seen.has(from), from).toBe(true);
        seen.add(name);
      }
      const source = /--from=(\S+)/.exec(rest)?.[1];
      if (source !== undefined) expect([...seen]).toContain(source);
    }
  });

  test('knows the package.json of every workspace, and nothing outside of them that is gone', () => {
    const workspaces = ['libs', 'services', 'tools', 'apps'].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
    );
    for (const file of [...workspaces, 'tests/package.json']) expect(dockerfile).toContain(`COPY ${file} `);
  });

  test('every service ends as an ordinary user with a health check, labelled with version and revision', () => {
    for (const service of readdirSync(join(root, 'services'))) {
      expect(stages.find(({ name }) => name === service)?.from, service).toBe('service');
      const own = dockerfile.split(`FROM service AS ${service}\n`)[1]?.split('\nFROM ')[0] ?? '';
      expect(own, service).toContain(`services/${service}/src/main.ts`);
      expect(own, service).toMatch(
        /image\.version="\$\{GAZE_VERSION\}".*image\.revision="\$\{GAZE_REVISION\}"/,
      );
      expect(own, service).not.toMatch(/^USER|\bnpm\b/m);
    }
    const base = dockerfile.split('FROM base AS service\n')[1]?.split('\nFROM ')[0] ?? '';
    expect(base).toContain('USER node');
    expect(base).toContain('HEALTHCHECK ');
  });

  test('installs without scripts, and for what runs without what is for development', () => {
    const installs = instructions.filter(({ rest }) => rest.includes('npm ci'));
    expect(installs.length).toBeGreaterThan(5);
    for (const { rest } of installs) {
      expect(rest).toContain('--ignore-scripts');
      expect(rest.includes('--omit=dev')).toBe(!rest.includes('apps/web'));
    }
  });

  test('what it copies passes .dockerignore; secrets and pictures do not', () => {
    const kept = new Set(
      text('.dockerignore')
        .split('\n')
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1)),
    );
    const sources = instructions
      .filter(({ word, rest }) => word === 'COPY' && !rest.includes('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    for (const source of sources) {
      const passes = [...kept].some((entry) => source === entry || source.startsWith(`${entry}/`));
      expect(passes, source).toBe(true);
    }
    expect(text('.dockerignore').split('\n')).toContain('*');
    for (const path of ['.env', 'deploy/secrets', 'deploy']) expect([...kept], path).not.toContain(path);
  });
});

describe(verifies('containers.hardened', 'the compose file'), () => {
  test('every service: no rights, a read-only root, limits, rotated logs, started again', () => {
    for (const [name, service] of services) {
      expect(service.read_only, name).toBe(true);
      expect(service.cap_drop, name).toEqual(['ALL']);
      expect(service.security_opt, name).toContain('no-new-privileges:true');
      expect(service.restart, name).toBe('unless-stopped');
      expect(service.logging?.options, name).toHaveProperty('max-size');
      expect(service.deploy?.resources.limits, name).toMatchObject({
        memory: expect.stringMatching(/^\d+[mg]$/) as string,
        pids: expect.any(Number) as number,
      });
      // Our own images bring user and health check; others are told here.
      expect(
        service.build !== undefined || (service.user !== undefined && service.healthcheck !== undefined),
        name,
      ).toBe(true);
    }
  });

  test('every image of ours is a target of the Dockerfile', () => {
    for (const [name, { build, image }] of services) {
      if (build === undefined) continue;
      expect(
        stages.map((stage) => stage.name),
        name,
      ).toContain(build.target);
      expect(image, name).toBe(`gaze/${build.target}:\${GAZE_VERSION:-dev}`);
    }
  });

  test('only the gateway is reached from outside; the database and the stores have no way out', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual([
      'gateway',
    ]);
    expect(compose.networks.database?.internal).toBe(true);
    expect(compose.networks.inside?.internal).toBe(true);
    const on = (network: string): string[] =>
      services.filter(([, { networks = [] }]) => networks.includes(network)).map(([name]) => name);
    expect(on('database').sort()).toEqual(['catalog', 'postgres']);
    for (const name of ['postgres', 'nats', 's3']) expect(on('outside')).not.toContain(name);
    expect(on('outside').filter((name) => ['atelier', 'cellar', 'llm'].includes(name))).toHaveLength(3);
    expect(on('inside').filter((name) => ['atelier', 'cellar', 'llm'].includes(name))).toEqual([]);
  });

  test('starts in order of health', () => {
    for (const [name, { depends_on = {} }] of services)
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(Object.keys(compose.services), name).toContain(other);
        expect(condition, `${name} after ${other}`).toBe('service_healthy');
      }
    expect(Object.keys(compose.services.catalog?.depends_on ?? {}).sort()).toEqual([
      'nats',
      'postgres',
      's3',
    ]);
  });

  test('model folders are mounted to be read alone', () => {
    const models = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .filter((volume) => volume.includes('/models/'));
    expect(models).toHaveLength(2);
    for (const volume of models) expect(volume).toMatch(/:ro$/);
  });
});

describe(verifies('containers.secrets', 'the settings of the compose file'), () => {
  const given = (name: string): Record<string, string> => compose.services[name]?.environment ?? {};

  test.each(readdirSync(join(root, 'services')))('%s gets variables that its schema knows', (service) => {
    const known = knownVariables(service);
    expect(Object.keys(given(service)).filter((name) => !known.has(name))).toEqual([]);
  });
  test.each([
    ['atelier', 'tools/comfyui-stand-in'],
    ['llm', 'tools/llm-stand-in'],
  ])('%s too', (service, folder) => {
    const known = knownVariables(folder);
    expect(Object.keys(given(service)).filter((name) => !known.has(name))).toEqual([]);
  });

  test('no secret has a default, and a stack without secrets refuses to start', () => {
    for (const [name, { environment = {} }] of services)
      for (const [variable, value] of Object.entries(environment)) {
        if (!/PASSWORD|SECRET|ACCESS_KEY|DATABASE_URL|API_KEY/.test(variable)) continue;
        // The password may be chosen in the browser, and a model may need no key.
        const mayBeEmpty = ['GAZE_PASSWORD', 'LLM_API_KEY'].includes(variable);
        const refused = /\$\{\w+:\?Run npm run compose:init first\}/;
        if (mayBeEmpty) expect(value, `${name} ${variable}`).toBe(`\${${variable}:-}`);
        else expect(value, `${name} ${variable}`).toMatch(refused);
      }
  });

  test('every setting that it reads stands in the example', () => {
    const known = readEnvFile(text('.env.example'));
    const read = new Set(
      [...text('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? ''),
    );
    // Of those who bring another S3 server or tools of their own.
    for (const name of ['S3_ENDPOINT', 'S3_BUCKET', 'MCP_TOOLS']) read.delete(name);
    expect([...read].filter((name) => !known.has(name))).toEqual([]);
  });

  test('the bus knows each of its users by a password of its own', () => {
    const passwords = Object.keys(given('nats'));
    expect(passwords.sort()).toEqual(busUsers.map(busPasswordName).sort());
    const users = busUsersConfig((user) => `$${busPasswordName(user)}`);
    for (const user of busUsers)
      expect(users).toContain(`user: "${user}"\n      password: $${busPasswordName(user)}\n`);
    for (const user of ['catalog', 'generator', 'gateway', 'llm-worker', 'danbooru-mcp'])
      expect(given(user)).toMatchObject({
        NATS_USER: user,
        NATS_PASSWORD: `\${${busPasswordName(user)}:?Run npm run compose:init first}`,
      });
  });
});
