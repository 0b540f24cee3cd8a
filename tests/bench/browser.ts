import type { Browser, BrowserContext, Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { ensureBrowser } from '../../scripts/launcher/browser.ts';
import { root } from '../../scripts/launcher/paths.ts';
import { buildWebWhenStale } from '../../scripts/launcher/web-build.ts';
import type { TestStack } from '@gaze/testing';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** A real Chromium, and a context that has opened the house's one-time address. */
export async function signedInBrowser(
  stack: Pick<TestStack, 'openUrl'>,
): Promise<{ browser: Browser; context: BrowserContext; page: Page }> {
  const browser = await chromium.launch({
    executablePath: await ensureBrowser(process.env, root, say),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(stack.openUrl);
  await page.getByRole('link', { name: 'Characters' }).first().waitFor();
  return { browser, context, page };
}

/** Tests build the app in their own start; here nobody has done it yet. */
export async function buildWeb(): Promise<void> {
  await buildWebWhenStale(root, say);
}
