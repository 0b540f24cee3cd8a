import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Ran } from '../launcher/run-program.ts';
import { runProgram } from '../launcher/run-program.ts';
import type { Say } from '../launcher/say.ts';

interface Check {
  name: string;
  /** Each a script under the root and its arguments, run by the pinned Node after each other. */
  commands: string[][];
  cwd?: string;
}

const checkLimitMs = 15 * 60_000;
/** eslint keeps two cores busy by itself; the others fill what it leaves. */
const atOnce = 2;

/**
 * Runs every check, a line each, and shows what the failed ones printed. Answers whether all are green.
 * `eslintCache` names a file by which eslint skips what has not changed: quick while one works, but a rule that looks
 * into other files' types may miss what a change there broke. A whole test run goes without.
 */
export async function runChecks(
  root: string,
  say: Say,
  options: { eslintCache?: string } = {},
): Promise<boolean> {
  const waiting = checks(root, options.eslintCache);
  let green = true;
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const began = performance.now();
      const result = await runCheck(root, check);
      const seconds = `${((performance.now() - began) / 1000).toFixed(1)} s`;
      if (result.ok) say.step(check.name, `ok (${seconds})`);
      else say.warn(check.name, `failed (${seconds})\n${result.text.trim()}\n`);
      green &&= result.ok;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return green;
}

/** The slow ones first, so that the short ones fill the other core. */
function checks(root: string, eslintCache: string | undefined): Check[] {
  const web = join(root, 'apps/web');
  return [
    {
      name: 'eslint',
      commands: [
        [
          'node_modules/eslint/bin/eslint.js',
          '.',
          ...['--max-warnings', '0', '--concurrency', '2'],
          ...(eslintCache === undefined
            ? []
            : ['--cache', '--cache-strategy', 'content', '--cache-location', eslintCache]),
        ],
      ],
    },
    {
      name: 'svelte',
      cwd: web,
      commands: [
        ['node_modules/@sveltejs/kit/svelte-kit.js', 'sync'],
        [
          'node_modules/svelte-check/bin/svelte-check',
          '--tsconfig',
          './tsconfig.json',
          '--fail-on-warnings',
          '--output',
          'human',
        ],
      ],
    },
    {
      name: 'types',
      commands: typeProjects(root).map((project) => [
        'node_modules/typescript-native/bin/tsc',
        '--noEmit',
        '--pretty',
        'false',
        '-p',
        project,
      ]),
    },
    {
      name: 'prettier',
      commands: [['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
    },
    { name: 'knip', commands: [['node_modules/knip/bin/knip.js', '--no-progress']] },
  ];
}

/** Every tsconfig of the tree but the app's, which svelte-check reads. */
function typeProjects(root: string): string[] {
  const folders = ['libs', 'services', 'tools'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}`),
  );
  return [...folders, 'tests', 'scripts']
    .flatMap((folder) => [`${folder}/tsconfig.json`, `${folder}/tsconfig.test.json`])
    .filter((project) => existsSync(join(root, project)));
}

async function runCheck(root: string, check: Check): Promise<Ran> {
  const texts: string[] = [];
  for (const [script = '', ...args] of check.commands) {
    const ran = await runProgram(process.execPath, [join(root, script), ...args], {
      cwd: check.cwd ?? root,
      timeoutMs: checkLimitMs,
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    if (!ran.ok) texts.push(ran.text.trim());
  }
  return { ok: texts.length === 0, text: texts.join('\n') };
}
