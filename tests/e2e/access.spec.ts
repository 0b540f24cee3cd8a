import { AxeBuilder } from '@axe-core/playwright';
import { verifies } from '@gaze/testing';
import { pages } from './pages.ts';
import { expect, test } from './stack.ts';

for (const theme of ['dark', 'light']) {
  for (const address of pages) {
    test(
      verifies('web.access', `${address} in the ${theme} theme has no serious fault of access`),
      async ({ page }) => {
        await page.addInitScript((kept) => localStorage.setItem('gaze.theme', kept), theme);
        await page.goto(address);
        await expect(page.locator(`html[data-theme="${theme}"]`)).toHaveCount(1);
        await expect(page.locator('main')).toBeVisible();
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
        expect(
          serious.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`),
        ).toEqual([]);
      },
    );
  }
}

test(verifies('web.phone', 'a phone shows every page without sideways scrolling'), async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const address of pages) {
    await page.goto(address);
    await expect(page.locator('main')).toBeVisible();
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, address).toBe(0);
  }
});

test(verifies('web.rest', 'a page that nobody touches comes to rest'), async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
  for (const address of [...pages, '/llm/review', '/llm/create', '/llm/bulk']) {
    asked.length = 0;
    await page.goto(address);
    await expect(page.locator('main')).toBeVisible();
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    // Where it never does, the questions that were counted say which one is asked for ever.
    await page.waitForLoadState('networkidle', { timeout: 10_000 }).catch(() => undefined);
    const most = Math.max(...asked.map((one) => asked.filter((other) => other === one).length));
    expect(most, `${address}: the same question again and again`).toBeLessThan(8);
  }
});
