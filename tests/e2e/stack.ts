import { tmpdir } from 'node:os';
import { test as base } from '@playwright/test';
import type { BrowserContext } from '@playwright/test';
import { buildClient } from '@gaze/client';
import type { Client } from '@gaze/client';
import { startStack } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';

interface Shared {
  stack: TestStack;
  /** Cookies of a browser that opened the printed address. */
  signedIn: Awaited<ReturnType<BrowserContext['storageState']>>;
}

interface Each {
  client: Client;
  /** What the page complained about: every test ends with none. */
  complaints: string[];
}

/** Tests with the whole stack behind them (one per run), a signed-in page, and a console that must stay clean. */
export const test = base.extend<Each, Shared>({
  stack: [
    // Playwright reads the names out of the pattern: a fixture without needs still has to name one.
    async ({ browserName: _browserName }, use) => {
      await using stack = await startStack({ stepMs: 60, env: { IMPORT_ROOTS: tmpdir() } });
      await use(stack);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  signedIn: [
    async ({ browser, stack }, use) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(stack.openUrl);
      await page.getByRole('link', { name: 'Characters' }).first().waitFor();
      await use(await context.storageState());
      await context.close();
    },
    { scope: 'worker' },
  ],
  storageState: ({ signedIn }, use) => use(signedIn),
  baseURL: ({ stack }, use) => use(stack.url),
  client: ({ stack }, use) => use(buildClient({ baseUrl: stack.url, apiKey: stack.apiKey })),
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await use(complaints);
      test.expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export const { expect } = test;
