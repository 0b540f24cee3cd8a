import { defineConfig } from '@playwright/test';

const chromium = process.env.GAZE_CHROMIUM;
if (chromium === undefined)
  throw new Error('GAZE_CHROMIUM is not set. Run the browser tests with `npm test -- tests/e2e`.');

/** The app in a real Chromium against the whole stack. No retries: a test that fails now and then is a fault. */
export default defineConfig({
  testDir: '.',
  // `npm run screenshots` takes pictures of the same pages with the same set-up.
  testMatch: process.env.GAZE_SCREENSHOTS === undefined ? '*.spec.ts' : '*.shots.ts',
  outputDir: '../../test-results/e2e',
  workers: 1,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  use: {
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: chromium,
      args: [
        // Chromium has no sandbox for root, and its own errands are refused on a closed network.
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
