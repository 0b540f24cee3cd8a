import path from 'node:path';
import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { environmentReads, importsOf, packageOf, targetOf } from './imports.ts';
import { judge, mayReadEnvironment } from './rules.ts';
import { projectFiles, read, sourceFiles } from './tree.ts';

const files = sourceFiles();
const folderOfName = new Map(
  projectFiles()
    .filter((file) => /^(libs|services|tools|apps)\/[^/]+\/package\.json$/.test(file))
    .map((file) => [(JSON.parse(read(file)) as { name: string }).name, path.posix.dirname(file)]),
);

const breaches = (file: string, text: string): string[] =>
  importsOf(file, text).flatMap(({ specifier, line }) => {
    const rule = judge(file, targetOf(file, specifier, folderOfName));
    return rule === null ? [] : [`${file}:${line} imports ${specifier}: ${rule}.`];
  });

describe(verifies('architecture.layers', 'the table of imports'), () => {
  test('holds in every file', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => breaches(file, read(file)))).toEqual([]);
  });

  test.each([
    ['libs/contracts/src/x.ts', "import fs from 'node:fs'", /zod and nothing else/],
    ['libs/contracts/src/x.ts', "import { h } from '@gaze/domain'", /zod and nothing else/],
    ['libs/domain/src/x.ts', "const fs = await import('node:fs')", /the domain is pure/],
    ['libs/domain/src/deep/x.ts', "import type { Log } from '@gaze/runtime'", /the domain is pure/],
    ['libs/domain/src/x.ts', "let log: import('pino').Logger", /the domain is pure/],
    ['libs/client/src/x.ts', "import ws from 'ws'", /browser-safe/],
    ['libs/media/src/x.ts', "export * from '@gaze/runtime'", /media and runtime/],
    [
      'services/gateway/src/x.ts',
      "import { buildPrompts } from '@gaze/domain'",
      /the gateway decides nothing/,
    ],
    ['services/generator/src/x.ts', "import { db } from '@gaze/catalog'", /never another service/],
    [
      'services/generator/src/x.ts',
      "import { db } from '../../catalog/src/db/connect.ts'",
      /never another service/,
    ],
    ['services/catalog/src/x.ts', "import { eventually } from '@gaze/testing'", /tests only/],
    ['tools/llm-stand-in/src/x.ts', "import { x } from '@gaze/comfyui-stand-in'", /never another service/],
    [
      'libs/testing/src/x.ts',
      "import { buildApp } from '../../../services/catalog/src/app.ts'",
      /anything but services/,
    ],
    [
      'apps/web/src/x.svelte',
      '<p>a</p>\n<script lang="ts">\nimport fs from \'node:fs\';\n</script>',
      /x\.svelte:3 .*browser/,
    ],
    ['apps/web/src/x.svelte', "<script>import { log } from '@gaze/runtime'</script>", /browser/],
  ])('catches %s: %s', (file, text, sentence) => {
    expect(breaches(file, text).join(' ')).toMatch(sentence);
  });

  test.each([
    ['libs/domain/src/x.ts', "import { categories } from '@gaze/contracts'"],
    ['services/catalog/migrations/0001.ts', "import { sql } from 'kysely'"],
    ['services/catalog/test/stack/x.test.ts', "import { testDatabase } from '@gaze/testing'"],
    ['services/catalog/src/a/x.ts', "import { y } from '../b/y.ts'"],
    ['apps/web/vite.config.ts', "import path from 'node:path'"],
    ['tests/stack/x.test.ts', "import { buildApp } from '../../services/catalog/src/app.ts'"],
    ['libs/contracts/src/x.ts', '// never import node:fs here'],
  ])('lets pass %s: %s', (file, text) => {
    expect(breaches(file, text)).toEqual([]);
  });

  test('knows a package of every folder', () => {
    const folders = new Set(files.map(packageOf).filter((folder) => folder.includes('/')));
    for (const folder of folders) expect([...folderOfName.values()]).toContain(folder);
  });
});

describe('the environment of the process', () => {
  const readers = (file: string, text: string): string[] =>
    mayReadEnvironment(file)
      ? []
      : environmentReads(file, text).map(
          (line) =>
            `${file}:${line} reads process.env: only main.ts and env.ts do, everything else takes arguments.`,
        );

  test('is read in main.ts and env.ts alone', () => {
    const scripts = files.filter((file) => !file.endsWith('.svelte'));
    expect(scripts.flatMap((file) => readers(file, read(file)))).toEqual([]);
  });

  test('is caught however it is reached', () => {
    for (const text of [
      'const p = process.env.PORT',
      'f(process.env)',
      "import { env } from 'node:process'",
      "import { env as e } from 'process'",
    ]) {
      expect(readers('services/catalog/src/db/connect.ts', text), text).toHaveLength(1);
    }
    expect(readers('services/catalog/src/main.ts', 'f(process.env)')).toEqual([]);
    expect(readers('services/catalog/src/a.ts', '// process.env is not read here')).toEqual([]);
  });
});
