import { expect, test } from 'vitest';
import { plainFileName } from '../../../src/llm/known-files.ts';
import { fitted, withoutSecrets } from '../../../src/llm/transcripts.ts';
import { transcript } from '../../stack/llm/sample-transcript.ts';

test('only a name below a folder is the name of a model file', () => {
  expect(plainFileName('Illustrious\\Looks\\a.safetensors')).toBe('Illustrious/Looks/a.safetensors');
  for (const name of [
    '../a.safetensors',
    '/a.safetensors',
    'C:/a.safetensors',
    'a//b.safetensors',
    'a.txt',
    'a\n.pt',
    '',
  ])
    expect(plainFileName(name), name).toBeNull();
});

test('a transcript of any length fits, and its first and last words are kept', () => {
  const messages = Array.from({ length: 5000 }, (_, i) => ({
    role: 'tool' as const,
    content: `${i} ${'x'.repeat(900)}`,
  }));
  const short = fitted({ ...transcript, messages }, 100_000);
  expect(Buffer.byteLength(JSON.stringify(short))).toBeLessThan(100_000);
  expect(short.truncated).toBe(true);
  expect(short.messages.at(0)?.content).toMatch(/^0 /);
  expect(short.messages.at(-1)?.content).toMatch(/^4999 /);
  expect(fitted(transcript)).toEqual(transcript);
});

test('what looks like a secret is replaced, in texts and in arguments of tools', () => {
  const secret = 'abcdef0123456789abcdef';
  const content = `password: "${secret}" and bearer ${secret} and sk-${secret} and gz_${secret}`;
  const calls = [{ id: '1', server: null, tool: 't', arguments: `{"api_key":"${secret}"}` }];
  const clean = withoutSecrets({
    ...transcript,
    messages: [{ role: 'assistant', content, tool_calls: calls }],
  });
  expect(JSON.stringify(clean)).not.toContain(secret);
});
