import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readKeyFile, seal, sealFor, sealingKey, unseal } from '../src/index.ts';

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

describe('a secret that is sealed for the holders of a key file', () => {
  const key = randomBytes(32);
  const publicKey = sealingKey(key);

  test('is opened with the file, and whoever seals cannot open', () => {
    const sealed = sealFor(publicKey, 'sk-ключ');
    expect(unseal(sealed, key)).toBe('sk-ключ');
    expect(sealed).not.toContain('sk-');
    expect(sealFor(publicKey, 'sk-ключ')).not.toBe(sealed);
    // The public half says nothing of the file.
    expect(publicKey).not.toContain(key.toString('base64url'));
    expect(sealingKey(key)).toBe(publicKey);
    expect(sealingKey(randomBytes(32))).not.toBe(publicKey);
  });

  test('does not open with another file, or changed', () => {
    const sealed = sealFor(publicKey, 'secret');
    expect(() => unseal(sealed, randomBytes(32))).toThrow(/cannot be opened/);
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (const at of [0, 20, 50, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => unseal(`v2.${changed.toString('base64url')}`, key), String(at)).toThrow();
    }
  });
});
