import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findProgram, isProgram } from './find-program.ts';
import { runProgram } from './run-program.ts';
import { SpokenError } from './spoken-error.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macBrowsers = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const installLimitMs = 10 * 60_000;

/** The Chromium of this machine, without fetching one; null where there is none. */
export function installedBrowser(env: NodeJS.ProcessEnv): string | null {
  const named = env.GAZE_CHROMIUM;
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new SpokenError(`GAZE_CHROMIUM names ${named}, which is not a program.`);
  }
  return findProgram(names, env.PATH) ?? macBrowsers.find(isProgram) ?? null;
}

/**
 * A Chromium for the tests: the installed one, else one from the system's package manager (as root), else
 * Playwright's own.
 * @throws SpokenError where none can be had
 */
export async function ensureBrowser(
  env: NodeJS.ProcessEnv,
  root: string,
  say: (line: string) => void,
): Promise<string> {
  const found = installedBrowser(env);
  if (found !== null) return found;
  const failures: string[] = [];
  for (const way of [fromPackageManager, fromPlaywright]) {
    const result = await way(root, say);
    if (result.path !== null) return result.path;
    failures.push(`  ${result.why}`);
  }
  throw new SpokenError(
    `The browser tests need Chromium, and none could be installed.\n${failures.join('\n')}\nInstall Chromium or Chrome, or set GAZE_CHROMIUM to its path.`,
  );
}

type Way = (
  root: string,
  say: (line: string) => void,
) => Promise<{ path: string } | { path: null; why: string }>;

const fromPackageManager: Way = async (_root, say) => {
  const managers: [string, string[][]][] = [
    [
      'apt-get',
      [
        ['-q', 'update'],
        ['-q', '-y', 'install', '--no-install-recommends', 'chromium'],
      ],
    ],
    ['dnf', [['-q', '-y', 'install', 'chromium']]],
    ['pacman', [['-S', '--noconfirm', 'chromium']]],
    ['apk', [['add', 'chromium']]],
  ];
  const manager = managers.find(([name]) => findProgram([name]) !== null);
  if (manager === undefined) return { path: null, why: 'no package manager that is known here' };
  const [name, steps] = manager;
  if (process.getuid?.() !== 0) return { path: null, why: `${name} needs root` };
  say(`installing Chromium with ${name}, once`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const step of steps) {
    const ran = await runProgram(name, step, { timeoutMs: installLimitMs, env });
    // A list that cannot be refreshed may still do.
    if (!ran.ok && step !== steps[0])
      return { path: null, why: `${name}: ${ran.text.trim().split('\n').at(-1) ?? ''}` };
  }
  const path = findProgram(names);
  return path === null ? { path, why: `${name} installed no browser` } : { path };
};

const fromPlaywright: Way = async (root, say) => {
  const load = createRequire(join(root, 'package.json'));
  say("fetching Playwright's Chromium, once");
  const cli = join(dirname(load.resolve('playwright-core/package.json')), 'cli.js');
  const ran = await runProgram(process.execPath, [cli, 'install', 'chromium'], {
    cwd: root,
    timeoutMs: installLimitMs,
  });
  if (!ran.ok) return { path: null, why: `Playwright: ${ran.text.trim().split('\n')[0] ?? ''}` };
  const { chromium } = load('playwright-core') as { chromium: { executablePath: () => string } };
  const path = chromium.executablePath();
  return existsSync(path) ? { path } : { path: null, why: 'Playwright installed no browser' };
};
