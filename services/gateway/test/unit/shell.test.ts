import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readEnv, configOf } from '../../src/env.ts';
import { inlineScripts } from '../../src/web/shell.ts';
import { readToken, tokenOf } from '../../src/events/token.ts';

const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

test('[S7] inline scripts are named by the hash of exactly their text', () => {
  const html =
    '<script>\n one() </script><script type="module" src="/a.js"></script><SCRIPT type="module">two()</SCRIPT><script nonce="x">three()</script>';
  expect(inlineScripts(html)).toEqual([hash('\n one() '), hash('two()'), hash('three()')]);
  expect(inlineScripts('<p>none</p>')).toEqual([]);
});

test('the environment is read once, with every fault named', () => {
  const env = configOf(readEnv({}));
  expect(env).toMatchObject({
    host: '127.0.0.1',
    port: 5782,
    local: false,
    origins: [],
    requestsPerMinute: 1200,
  });
  expect(env.webDir).toMatch(/apps\/web\/build$/);
  const local = configOf(
    readEnv({
      GAZE_LOCAL: '1',
      GAZE_LOCAL_TOKEN: 'a-token-of-sixteen',
      GAZE_ORIGINS: 'https://a, https://b ,',
    }),
  );
  expect(local).toMatchObject({
    local: true,
    localToken: 'a-token-of-sixteen',
    origins: ['https://a', 'https://b'],
  });
  expect(() => readEnv({ PORT: 'none', GAZE_PASSWORD: 'short', GAZE_LOCAL: 'maybe' })).toThrow(
    /GAZE_LOCAL[\s\S]*GAZE_PASSWORD|PORT[\s\S]*GAZE_PASSWORD/,
  );
});

test('places of the stream are read and written alike', () => {
  expect(readToken('a-1:12')).toEqual({ incarnation: 'a-1', sequence: 12 });
  expect(tokenOf({ incarnation: 'a-1', sequence: 12 })).toBe('a-1:12');
  for (const bad of ['', 'a', 'a:', ':1', 'A:1', 'a:1x', 'a:1:2', 'a:99999999999999999999'])
    expect(readToken(bad)).toBeNull();
});
