import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFiles, read, root, sourceFiles } from './tree.ts';

const text =
  /\.(ts|mts|js|mjs|svelte|json|md|txt|css|html|ya?ml|toml|conf|sh|sql|svg)$|(^|\/)(Dockerfile|LICENSE|\.npmrc|\.gitignore)$/;

describe('names of files', () => {
  test('say what is inside', () => {
    const drawers = sourceFiles().filter((file) =>
      /(^|\/)(utils?|helpers?|misc|common)\.[a-z.]+$/.test(file),
    );
    expect(drawers).toEqual([]);
  });
});

describe('what is checked in', () => {
  // Written in pieces, so that this file does not hold what it looks for.
  const registries = [
    ['registry', 'npmjs', 'org'],
    ['registry', 'yarnpkg', 'com'],
    ['npm', 'pkg', 'github', 'com'],
    ['registry', 'npmmirror', 'com'],
    ['pypi', 'org'],
    ['proxy', 'golang', 'org'],
  ].map((parts) => parts.join('.'));
  const home = ['home', 'Users'].map((folder) => new RegExp(`(?<![\\w.])/${folder}/[a-z][\\w.-]*/`));

  const faults = (file: string, content: string): string[] => [
    ...registries
      .filter((host) => content.includes(host))
      .map(
        (host) =>
          `${file} names the package registry ${host}: people install from the one that they have set.`,
      ),
    ...[
      ...home.filter((pattern) => pattern.test(content)),
      ...(content.includes(`${root}/`) ? ['root'] : []),
    ].map(() => `${file} holds an absolute path of somebody's machine.`),
  ];

  test('names no package registry and no path of a machine', () => {
    const files = projectFiles().filter((file) => text.test(file));
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => faults(file, read(file)))).toEqual([]);
  });

  test('would be caught', () => {
    expect(faults('a.json', `"resolved": "https://${registries[0] ?? ''}/zod"`)).toHaveLength(1);
    expect(faults('a.ts', `const dir = '${path.posix.join('/', 'home', 'elke', 'gaze')}'`)).toHaveLength(1);
    expect(faults('a.ts', `import '${root}/libs/domain'`).length).toBeGreaterThan(0);
    expect(faults('a.ts', "import './libs/domain'")).toEqual([]);
  });
});

describe('tests', () => {
  test('are never narrowed to one and never repeated until they pass', () => {
    const testFiles = sourceFiles().filter(
      (file) => file.endsWith('.test.ts') && !file.startsWith('tests/architecture/'),
    );
    const found = testFiles.flatMap((file) => {
      const content = read(file);
      return [/\b(test|it|describe)\.only\b/, /\bretry:\s*[1-9]/]
        .filter((pattern) => pattern.test(content))
        .map((pattern) => `${file}: ${pattern.source}`);
    });
    expect(found).toEqual([]);
  });

  test('wait for what they expect and not for time to pass', () => {
    const sleepers = sourceFiles().filter((file) => {
      if (!file.endsWith('.test.ts') || file.startsWith('tests/architecture/')) return false;
      // The one test whose subject is sleeping.
      if (file === 'libs/runtime/test/sleep.test.ts') return false;
      return /setTimeout\(\s*(resolve|r|done)\b|timers\/promises|\bsleep\(\s*\d/.test(read(file));
    });
    expect(sleepers.map((file) => `${file} sleeps; use eventually().`)).toEqual([]);
  });
});
