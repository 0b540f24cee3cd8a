import type { Browser, BrowserContext, CDPSession, Page } from '@playwright/test';
import { startStack } from '@gaze/testing';
import { buildWeb, signedInBrowser } from './browser.ts';
import type { Row } from './row.ts';
import { quantile, round } from './row.ts';

const megabit = 1_000_000 / 8;
const goals = { lcpMs: 1200, cls: 0.02, jsBytes: 120_000 };

interface Load {
  lcpMs: number;
  cls: number;
  /** Of scripts, as they came over the wire. */
  jsBytes: number;
}

/** P10: the first load of a page on a slow line and a slow machine, with nothing in the browser's cache. */
export async function firstLoad({ times }: { times: number }): Promise<Row[]> {
  await buildWeb();
  await using stack = await startStack({ stepMs: 0 });
  const { browser, context } = await signedInBrowser(stack);
  try {
    const rows: Row[] = [];
    for (const address of ['/characters', '/generator']) {
      const loads: Load[] = [];
      for (let i = 0; i < times; i++) loads.push(await load(browser, context, stack.url + address));
      rows.push(...rowsOf(address, loads));
    }
    return rows;
  } finally {
    await browser.close();
  }
}

function rowsOf(address: string, loads: readonly Load[]): Row[] {
  const p50 = (of: (load: Load) => number): number => quantile(loads.map(of), 0.5);
  const worst = (of: (load: Load) => number): number => Math.max(...loads.map(of));
  const about = {
    ...{
      lcp_p50_ms: round(
        p50(({ lcpMs }) => lcpMs),
        0,
      ),
      lcp_worst_ms: round(
        worst(({ lcpMs }) => lcpMs),
        0,
      ),
    },
    ...{
      cls_worst: round(
        worst(({ cls }) => cls),
        4,
      ),
      js_bytes: worst(({ jsBytes }) => jsBytes),
    },
    times: loads.length,
  };
  const row = (measured: string, against: string, ratio: number): Row => ({
    id: 'P10',
    ...{ measured: `${address}: ${measured}`, against, ratio: round(ratio), goal: 1, better: 'less' },
    absolute: about,
    note: '10 Mbit/s, 40 ms there and back, 4× slower processor',
  });
  return [
    row('largest paint: p50', '1.2 s', about.lcp_p50_ms / goals.lcpMs),
    row('layout shift: worst', '0.02', about.cls_worst / goals.cls),
    row('scripts of the first load, compressed', '120 kB', about.js_bytes / goals.jsBytes),
  ];
}

/** One load in a browser context of its own, which knows the session and nothing else. */
async function load(browser: Browser, signedIn: BrowserContext, address: string): Promise<Load> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    storageState: await signedIn.storageState(),
  });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await slowDown(session);
    const scripts = countScripts(session);
    await page.addInitScript(observe);
    await page.goto(address);
    await page.locator('main').waitFor();
    await page.waitForLoadState('networkidle');
    const jsBytes = scripts();
    return { ...(await observed(page)), jsBytes };
  } finally {
    await context.close();
  }
}

async function slowDown(session: CDPSession): Promise<void> {
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 40, downloadThroughput: 10 * megabit, uploadThroughput: 10 * megabit },
  });
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
}

/** Counts what scripts weigh on the wire, until it is asked. */
function countScripts(session: CDPSession): () => number {
  const scripts = new Set<string>();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') scripts.add(requestId);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  return () => bytes;
}

/** Runs in the page before anything of it: keeps the largest paint and the sum of the shifts. */
function observe(): void {
  const seen = { lcpMs: 0, cls: 0 };
  Object.assign(globalThis, { seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.lcpMs = Math.max(seen.lcpMs, entry.startTime);
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    })[])
      if (!entry.hadRecentInput) seen.cls += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

const observed = (page: Page): Promise<Omit<Load, 'jsBytes'>> =>
  page.evaluate(() => (globalThis as unknown as { seen: { lcpMs: number; cls: number } }).seen);
