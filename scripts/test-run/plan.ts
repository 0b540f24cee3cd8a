/** What `npm test` does for its arguments. */
export interface TestPlan {
  check: boolean;
  /** Arguments of vitest; null where it does not run. */
  vitest: string[] | null;
  /** Arguments of Playwright; null where it does not run. */
  browser: string[] | null;
}

const browserFolder = 'tests/e2e';

/**
 * Without arguments everything runs. `npm test -- e2e …` and a path under tests/e2e run the browser tests alone;
 * any other argument goes to vitest: a part of a file's name, `-t` and a test's name, `--watch`.
 */
export function planTests(args: readonly string[]): TestPlan {
  const [first, ...rest] = args;
  if (first === undefined) return { check: true, vitest: [], browser: [] };
  if (first === 'e2e') return { check: false, vitest: null, browser: rest };
  if (first.startsWith(browserFolder)) return { check: false, vitest: null, browser: [...args] };
  return { check: false, vitest: [...args], browser: null };
}
