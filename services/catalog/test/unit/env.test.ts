import { expect, test } from 'vitest';
import { comfyUrlsOf, readEnv } from '../../src/env.ts';

test('the least that is needed is the database', () => {
  expect(readEnv({ DATABASE_URL: 'postgres://gaze@127.0.0.1/gaze' })).toMatchObject({
    DATA_DIR: 'data',
    UPLOADS_DIR: 'data/uploads',
  });
  expect(() => readEnv({ DATABASE_URL: 'mysql://x', LOG_LEVEL: 'loud' })).toThrow(
    /LOG_LEVEL.*DATABASE_URL: must be an address/s,
  );
});

test('hosts come from both variables, each once, in order', () => {
  expect(comfyUrlsOf({ COMFYUI_URLS: ' a=http://a:1 ,, http://b:2', COMFYUI_URL: 'http://b:2' })).toEqual([
    'a=http://a:1',
    'http://b:2',
  ]);
  expect(comfyUrlsOf({ COMFYUI_URLS: undefined, COMFYUI_URL: undefined })).toEqual([]);
});

test('what is no host is refused before anything starts, with the part that is wrong', () => {
  const read = (COMFYUI_URLS: string) =>
    readEnv({ DATABASE_URL: 'postgres://gaze@127.0.0.1/gaze', COMFYUI_URLS });
  expect(() => read('http://a:1, not a url')).toThrow(
    /COMFYUI_URLS: holds «not a url», which is no http address/,
  );
  expect(read('Atelier=http://a:1').COMFYUI_URLS).toBe('Atelier=http://a:1');
});
