import { expect, test } from 'vitest';
import { isSameServer, providerKindOf } from '../../src/index.ts';

test.each([
  ['https://openrouter.ai/api/v1', 'openrouter'],
  ['https://eu.openrouter.ai:443/api/v1', 'openrouter'],
  ['https://openrouter.ai.example.com/v1', 'openai'],
  ['http://127.0.0.1:11434/v1', 'ollama'],
  ['http://gpu-box:1234/v1', 'lmstudio'],
  ['http://gpu-box:12340/v1', 'openai'],
  ['https://api.example.com/v1', 'openai'],
])('%s is most likely %s', (url, kind) => {
  expect(providerKindOf(url)).toBe(kind);
});

test('a key goes to the server that it was entered for, whatever the path', () => {
  expect(isSameServer('https://a.example/v1', 'https://A.example:443/v2')).toBe(true);
  expect(isSameServer('http://a.example:80/v1', 'http://a.example/')).toBe(true);
  for (const other of [
    'http://a.example/v1',
    'https://a.example:8443/v1',
    'https://a.example.evil/v1',
    'https://b.example/v1',
    'https://evil/https://a.example/v1',
  ])
    expect(isSameServer('https://a.example/v1', other), other).toBe(false);
});
