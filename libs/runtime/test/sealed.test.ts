import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readKeyFile, seal, unseal } from '../src/index.ts';

describe('a sealed secret', () => {
  const key = randomBytes(32);

  test('comes back with the same key, and looks different each time', () => {
    const sealed = seal('sk-ключ', key);
    expect(unseal(sealed, key)).toBe('sk-ключ');
    expect(sealed).not.toContain('sk-');
    expect(seal('sk-ключ', key)).not.toBe(sealed);
    expect(unseal(seal('', key), key)).toBe('');
  });

  test('does not open with another key, or changed', () => {
    const sealed = seal('secret', key);
    expect(() => unseal(sealed, randomBytes(32))).toThrow(/cannot be opened/);
    const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    expect(() => unseal(changed, key)).toThrow();
    for (const other of ['', 'v1.', 'v2.aaaa', 'secret'])
      expect(() => unseal(other, key)).toThrow(/form of this version/);
  });

  test('needs a key file of 32 bytes', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gaze-test-key-'));
    await writeFile(join(dir, 'good'), `${key.toString('base64')}\n`);
    await writeFile(join(dir, 'bad'), 'short');
    expect(await readKeyFile(join(dir, 'good'))).toEqual(key);
    await expect(readKeyFile(join(dir, 'bad'))).rejects.toThrow(/32 bytes/);
    await expect(readKeyFile(join(dir, 'none'))).rejects.toThrow(/cannot be read/);
    await rm(dir, { recursive: true });
  });
});
