import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually, startStack, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './ask.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack({ demo: false, env: { COMFYUI_URLS: 'http://127.0.0.1:9' } });
});
afterAll(() => stack.stop());

const file = (): string => path.join(stack.dataDir, 'characters/wren_okonjo.json');

describe('edits from outside', () => {
  test(verifies('library.rename', 'a name changed in an editor is on the page after a rescan'), async () => {
    const client = clientOf(stack);
    const text = await readFile(file(), 'utf8');
    await writeFile(file(), text.replace('"Wren Okonjo"', '"Wren of the Thaw"'));
    await client.library.rescan('characters');
    expect((await client.entities.get('characters', 'wren_okonjo')).name).toBe('Wren of the Thaw');
  });

  test(
    verifies('library.broken-json', 'a broken file keeps its last good version and is listed with its place'),
    async () => {
      const client = clientOf(stack);
      const before = await client.entities.get('characters', 'wren_okonjo');
      const text = await readFile(file(), 'utf8');
      const broken = text.replace('"identity": {', '"identity": [');
      expect(broken).not.toBe(text);
      await writeFile(file(), broken);
      await client.library.rescan('characters');

      const after = await client.entities.get('characters', 'wren_okonjo');
      expect(after.name).toBe(before.name);
      expect(after.revision).toBe(before.revision);
      expect(after.problem).not.toBeNull();
      const { problems } = await client.problems.list();
      const problem = problems.find((entry) => entry.file === 'wren_okonjo.json');
      expect(problem).toMatchObject({ category: 'characters', kind: 'syntax', slug: 'wren_okonjo' });
      expect(problem?.line).toBeGreaterThan(1);
      expect(problem?.column).toBeGreaterThan(0);
      expect(await readFile(file(), 'utf8')).toBe(broken);

      // Mended, it is taken over by the watcher alone.
      await writeFile(file(), text);
      await eventually(async () => {
        expect((await client.problems.list()).problems).toEqual([]);
        expect((await client.entities.get('characters', 'wren_okonjo')).problem).toBeNull();
      });
    },
  );
});
