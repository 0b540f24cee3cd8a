import { verifies } from '@gaze/testing';
import { busUsers } from '@gaze/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fillEnvFile, readEnvFile } from '../compose/env-file.ts';
import { hostsFor } from '../compose/hosts.ts';
import { busPasswordName } from '../compose/names.ts';
import { newSecrets, weakSecrets } from '../compose/secrets.ts';
import { root } from '../launcher/paths.ts';

const example = readFileSync(join(root, '.env.example'), 'utf8');
const fill = (text: string, more: Partial<Parameters<typeof fillEnvFile>[0]> = {}): string =>
  fillEnvFile({ text, example, values: newSecrets(), renewed: {}, ...more });

describe(verifies('containers.secrets', 'the secrets of the stack'), () => {
  test('the example has none, and what it names is exactly what is made', () => {
    const secrets = Object.keys(newSecrets());
    const named = readEnvFile(example);
    for (const name of secrets) expect(named.get(name), name).toBe('');
    expect(secrets).toEqual(expect.arrayContaining(busUsers.map(busPasswordName)));
  });

  test('are long, differ from each other and from those of another installation, and pass their own check', () => {
    const [one, other] = [newSecrets(), newSecrets()];
    expect(new Set([...Object.values(one), ...Object.values(other)]).size).toBe(2 * Object.keys(one).length);
    expect(weakSecrets(new Map(Object.entries(one)))).toEqual([]);
  });

  test('weak ones and those that would break an address are refused by name', () => {
    const weak = weakSecrets(
      new Map([
        ['POSTGRES_PASSWORD', 'secret'],
        ['S3_SECRET_KEY', 'with:a/slash-and-more-letters'],
        ['NATS_PASSWORD_CATALOG', '1234567890123456'],
        ['GAZE_PASSWORD', 'short'],
      ]),
    );
    expect(weak.map((each) => each.split(' ')[0])).toEqual([
      'POSTGRES_PASSWORD',
      'S3_SECRET_KEY',
      'NATS_PASSWORD_CATALOG',
      'GAZE_PASSWORD',
    ]);
    expect(weakSecrets(readEnvFile(example))).toEqual([]);
  });

  test('what stands in .env stands; what is empty or missing is filled in; a second run changes nothing', () => {
    const own =
      "# mine\nPOSTGRES_PASSWORD=kept-as-it-is-here\nMY_OWN=1\nGAZE_PASSWORD=\nCOMFYUI_URLS='http://a:1'\n";
    const once = fill(own);
    const env = readEnvFile(once);
    expect(once.startsWith('# mine\nPOSTGRES_PASSWORD=kept-as-it-is-here\nMY_OWN=1\n')).toBe(true);
    expect(env.get('COMFYUI_URLS')).toBe('http://a:1');
    expect(env.get('GAZE_PASSWORD')).toMatch(/^\S{20}$/);
    for (const name of readEnvFile(example).keys()) expect(env.has(name), name).toBe(true);
    expect(fill(once)).toBe(once);
  });

  test('a new setting of a newer version comes along with its explanation', () => {
    const text = fill('A=1\n', { example: '# What B does.\nB=2\n', values: {} });
    expect(text).toBe('A=1\n\n# What B does.\nB=2\n');
  });

  test('only the version is set anew', () => {
    const text = fill('GAZE_VERSION=0.1.0\nGAZE_UID=5\n', {
      values: { GAZE_UID: '7' },
      renewed: { GAZE_VERSION: '0.2.0' },
    });
    expect([readEnvFile(text).get('GAZE_VERSION'), readEnvFile(text).get('GAZE_UID')]).toEqual([
      '0.2.0',
      '5',
    ]);
  });
});

describe('the hosts of a new .env', () => {
  const none = new Map<string, string>();
  const yes = (): Promise<boolean> => Promise.resolve(true);
  const no = (): Promise<boolean> => Promise.resolve(false);

  test('are those that somebody names', async () => {
    const chosen = await hostsFor({ demo: false, comfyui: 'http://gpu:8188' }, none, yes);
    expect(chosen.values).toEqual({ COMFYUI_URLS: 'http://gpu:8188' });
  });
  test('are the one of this machine where it answers, as containers reach it', async () => {
    const { values, isDemo } = await hostsFor({ demo: false, comfyui: null }, none, yes);
    expect([values, isDemo]).toEqual([{ COMFYUI_URLS: 'http://host.docker.internal:8188' }, false]);
  });
  test.each([
    [true, yes],
    [false, no],
  ])(
    'are the stand-ins for the demo, and where there is nothing else (asked for: %s)',
    async (demo, answers) => {
      const { values, isDemo } = await hostsFor({ demo, comfyui: null }, none, answers);
      expect(isDemo).toBe(true);
      expect(values.COMFYUI_URLS).toBe('Atelier=http://atelier:8188,Cellar=http://cellar:8188');
      expect(values.COMPOSE_PROFILES).toBe('demo');
    },
  );
  test('stay what .env says', async () => {
    const { values } = await hostsFor(
      { demo: true, comfyui: null },
      new Map([['COMFYUI_URLS', 'http://x:1']]),
      yes,
    );
    expect(values).toEqual({});
  });
});
