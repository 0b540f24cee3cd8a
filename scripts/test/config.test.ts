import { join } from 'node:path';
import { busPermissions, busUsers, catalogRpc, ledgerRpc } from '@gaze/contracts';
import type { BusUser } from '@gaze/contracts';
import { tempDir, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { outsideUrls, ownUrl } from '../launcher/addresses.ts';
import { modelsNamedIn } from '../launcher/demo.ts';
import { matters, readLogLine } from '../launcher/log-lines.ts';
import { natsConfig } from '../launcher/nats/config.ts';
import { chooseAccount, isKnownUser } from '../launcher/postgres/account.ts';
import { parsePostmasterPid } from '../launcher/postgres/postmaster-pid.ts';
import { loadSecrets } from '../launcher/secrets.ts';
import { serviceEnv } from '../launcher/service-env.ts';
import { readLaunchSettings } from '../launcher/settings.ts';

const passwords = Object.fromEntries(busUsers.map((user) => [user, `secret of ${user}`])) as Record<
  BusUser,
  string
>;

describe('the configuration of nats-server', () => {
  const config = (version: [number, number, number]): string =>
    natsConfig({ port: 4300, storeDir: '/a folder/nats', version, passwords });

  test('syncs every write where the server knows how, and never says so to one that does not', () => {
    expect(config([2, 10, 0])).toContain('sync_interval: always');
    expect(config([2, 9, 10])).not.toContain('sync_interval');
  });

  test('names every user with its password and subjects, and a folder with spaces', () => {
    const text = config([2, 14, 5]);
    for (const user of busUsers) expect(text).toContain(`password: "secret of ${user}"`);
    expect(text).toContain('store_dir: "/a folder/nats"');
    expect(text).toContain('host: "127.0.0.1"');
    const answering = busUsers.filter((user) => busPermissions[user].respond);
    expect(text.match(/allow_responses/g)).toHaveLength(answering.length);
  });

  test('lets no door answer, and nobody do what is not its own', () => {
    for (const user of ['gateway', 'operator'] as const) expect(busPermissions[user].respond).toBe(false);
    expect(busPermissions.generator.publish).not.toContain(catalogRpc.keysCreate.subject);
    expect(busPermissions.gateway.publish).not.toContain(ledgerRpc.complete.subject);
    for (const user of busUsers) {
      const inboxes = busPermissions[user].subscribe.filter((subject) => subject.startsWith('_INBOX'));
      expect(inboxes).toEqual([`_INBOX.${user}.>`]);
    }
  });
});

describe('settings', () => {
  test('have defaults for the person at this machine', () => {
    expect(readLaunchSettings([], {})).toMatchObject({
      host: '127.0.0.1',
      port: 5782,
      local: true,
      demo: false,
      databaseUrl: null,
      natsUrl: null,
      generators: 1,
    });
    expect(readLaunchSettings(['--demo', '--verbose'], { PORT: '6000' })).toMatchObject({
      demo: true,
      verbose: true,
      port: 6000,
    });
  });

  test('open the house to others only with a password, of the environment or set at the first visit', () => {
    expect(readLaunchSettings([], { HOST: '0.0.0.0' })).toMatchObject({ local: false, hasPassword: false });
    expect(readLaunchSettings([], { HOST: '0.0.0.0', GAZE_PASSWORD: 'long enough' })).toMatchObject({
      local: false,
    });
    expect(readLaunchSettings([], { GAZE_PASSWORD: 'long enough' })).toMatchObject({
      local: false,
      host: '127.0.0.1',
    });
  });

  test(verifies('start.settings-refused', 'a level or a host that cannot be is refused at once'), () => {
    expect(() => readLaunchSettings([], { LOG_LEVEL: 'loud' })).toThrow(/^LOG_LEVEL is «loud».*debug.*\.$/);
    expect(readLaunchSettings([], { LOG_LEVEL: 'debug', COMFYUI_URLS: 'A=http://a:1, b:2,' })).toBeDefined();
    for (const COMFYUI_URLS of ['http://a:1,not a url', 'ftp://a', 'http://a:99999'])
      expect(() => readLaunchSettings([], { COMFYUI_URLS })).toThrow(
        /^COMFYUI_URLS holds «.+», which is no address/,
      );
    expect(() => readLaunchSettings([], { COMFYUI_URL: '::' })).toThrow(/^COMFYUI_URL holds/);
  });

  test('the printed address is one that can be opened', () => {
    expect(ownUrl('127.0.0.1', 1)).toBe('http://127.0.0.1:1');
    expect(ownUrl('0.0.0.0', 1)).toBe('http://127.0.0.1:1');
    expect(ownUrl('::', 1)).toBe('http://127.0.0.1:1');
    expect(ownUrl('fd00::5', 1)).toBe('http://[fd00::5]:1');
    const card = { netmask: '', mac: '', cidr: null, family: 'IPv4' as const };
    const cards = {
      lo: [{ ...card, address: '127.0.0.1', internal: true }],
      eth0: [{ ...card, address: '192.168.1.7', internal: false }],
    };
    expect(outsideUrls('0.0.0.0', 1, cards)).toEqual(['http://192.168.1.7:1']);
    expect(outsideUrls('127.0.0.1', 1, cards)).toEqual([]);
  });

  test('are refused in a sentence', () => {
    expect(() => readLaunchSettings(['--demmo'], {})).toThrow(/no option --demmo.*--demo/);
    for (const PORT of ['abc', '0', '70000', '5782.5'])
      expect(() => readLaunchSettings([], { PORT })).toThrow(/^PORT is/);
    expect(() => readLaunchSettings([], { GAZE_PASSWORD: 'short' })).toThrow(/eight characters/);
  });

  test('keep pictures in the data folder, and relative folders in the project', () => {
    const { dataDir, uploadsDir } = readLaunchSettings([], { DATA_DIR: '/pictures and more' });
    expect([dataDir, uploadsDir]).toEqual(['/pictures and more', join('/pictures and more', 'uploads')]);
  });
});

describe('the environment of a service', () => {
  const inherited = {
    PATH: '/bin',
    S3_SECRET_KEY: 's3',
    LLM_API_KEY: 'llm',
    GAZE_PASSWORD: 'p',
    npm_config_x: '1',
    NATS_PASSWORD: 'old',
    CHECKPOINT_ROOT: '/m',
  };
  const added = {
    DATABASE_URL: 'postgres://',
    DATA_DIR: '/data',
    UPLOADS_DIR: '/up',
    NATS_PASSWORD: 'own',
    GAZE_LOCAL_TOKEN: 't',
  };

  test('has secrets only for those who need them', () => {
    expect(serviceEnv('generator', inherited, added)).toEqual({
      PATH: '/bin',
      S3_SECRET_KEY: 's3',
      UPLOADS_DIR: '/up',
      NATS_PASSWORD: 'own',
    });
    expect(serviceEnv('llm-worker', inherited, added)).toEqual({
      PATH: '/bin',
      LLM_API_KEY: 'llm',
      NATS_PASSWORD: 'own',
    });
    expect(Object.keys(serviceEnv('gateway', inherited, added)).sort()).toEqual([
      'GAZE_LOCAL_TOKEN',
      'GAZE_PASSWORD',
      'NATS_PASSWORD',
      'PATH',
      'S3_SECRET_KEY',
      'UPLOADS_DIR',
    ]);
    expect(serviceEnv('catalog', inherited, added)).toMatchObject({
      DATABASE_URL: 'postgres://',
      DATA_DIR: '/data',
      CHECKPOINT_ROOT: '/m',
    });
    expect(serviceEnv('danbooru-mcp', inherited, added)).toEqual({ PATH: '/bin', NATS_PASSWORD: 'own' });
  });
});

describe('the account of PostgreSQL', () => {
  const passwd =
    'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\npostgres:x:101:104::/:/bin/false\n';

  test('is ours, unless we are root', () => {
    expect(chooseAccount(1000, passwd)).toBeUndefined();
    expect(chooseAccount(undefined, '')).toBeUndefined();
    expect(chooseAccount(0, passwd)).toEqual({ uid: 101, gid: 104 });
    expect(chooseAccount(0, passwd.replace('postgres', 'pg'))).toEqual({ uid: 65534, gid: 65533 });
    expect(chooseAccount(0, 'root:x:0:0::/root:/bin/sh\n')).toEqual({ uid: 65534, gid: 65534 });
  });

  test('is known to initdb only with an entry', () => {
    expect([isKnownUser(101, passwd), isKnownUser(12_345, passwd)]).toEqual([true, false]);
  });
});

test('postmaster.pid is read as far as it is written', () => {
  const text = '4711\n/state/postgres\n1700000000\n40123\n\n127.0.0.1\n  1234567   98\nready   \n';
  expect(parsePostmasterPid(text)).toEqual({
    pid: 4711,
    dataDir: '/state/postgres',
    port: 40_123,
    ready: true,
  });
  expect(parsePostmasterPid(text.replace('ready   ', 'starting'))?.ready).toBe(false);
  expect(parsePostmasterPid('4711\n')).toBeNull();
});

test('secrets are made once, and stay', async () => {
  await using dir = await tempDir();
  const first = loadSecrets(dir.path);
  expect(loadSecrets(dir.path)).toEqual(first);
  expect(new Set([first.postgres, ...Object.values(first.nats)]).size).toBe(busUsers.length + 1);
});

describe('a line of a service', () => {
  test('is told with its cause, and matters by its level and the moment', () => {
    const line = readLogLine('{"level":40,"msg":"a host is away","err":{"message":"refused\\nat x"}}');
    expect(line).toEqual({ level: 40, text: 'a host is away (refused)' });
    expect(line !== null && [matters(line, 'settled'), matters(line, 'changing')]).toEqual([true, false]);
    expect(readLogLine('SyntaxError: x', 'stderr')).toEqual({ level: 50, text: 'SyntaxError: x' });
    expect(readLogLine('Atelier answers')).toEqual({ level: 30, text: 'Atelier answers' });
    expect(readLogLine('')).toBeNull();
  });
});

test('the demo has a file for every model that the data names, and none outside of its folder', () => {
  const documents = [
    {
      lora: { lora_name: 'Illustrious/Looks/a.safetensors' },
      checkpoint_path: 'b.safetensors',
      vae: 'integrated',
    },
    { '5': { inputs: { ckpt_name: 'Noob\\c.ckpt', vae_name: 'v.safetensors', model_name: 'bbox/eyes.pt' } } },
    { lora_name: '../../etc/x.safetensors', note: 'd.safetensors' },
  ];
  expect(modelsNamedIn(documents)).toEqual([
    'checkpoints/Noob/c.ckpt',
    'checkpoints/b.safetensors',
    'loras/Illustrious/Looks/a.safetensors',
    'ultralytics/bbox/eyes.pt',
    'ultralytics/bbox/face_yolov8m.pt',
    'ultralytics/bbox/hand_yolov8s.pt',
    'vae/v.safetensors',
  ]);
});
