import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Folders that hold nothing that anybody wrote. */
const made = new Set([
  'node_modules',
  'build',
  'dist',
  'coverage',
  'test-results',
  'playwright-report',
  'uploads',
  'fixtures',
]);

function walk(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.isFile()) return [name];
    if (!entry.isDirectory() || entry.name.startsWith('.') || made.has(entry.name)) return [];
    return walk(name);
  });
}

/** Every file of code, relative to the root and with `/`. */
export function sourceFiles(): string[] {
  return ['libs', 'services', 'tools', 'apps', 'tests', 'scripts']
    .flatMap(walk)
    .filter((file) => /\.(ts|mts|js|mjs|svelte)$/.test(file) && !file.endsWith('.d.ts'));
}

/** Every file that belongs to the project: what git knows or would take; without git, what lies in the folders. */
export function projectFiles(): string[] {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const list = execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return list.split('\0').filter((file) => file !== '');
  } catch {
    return walk('');
  }
}

export const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
