import { join } from 'node:path';
import { pages } from './pages.ts';
import { expect, test } from './stack.ts';

/** Run by `npm run screenshots`: a picture of every page, for people to look through. */
const folder = process.env.GAZE_SCREENSHOTS ?? '';
const screens = [
  { name: 'desk', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
  { name: '4k', width: 3840, height: 2160 },
];
const llmPages = ['/llm/create', '/llm/regenerate?category=scenes', '/llm/bulk', '/llm/review'];

const fileName = (address: string): string => address.slice(1).replaceAll(/[^a-z0-9]+/gi, '-');

test('a dozen pictures, so that the pages about pictures have some', async ({ client }) => {
  test.setTimeout(180_000);
  for (const slug of ['elke_marrow', 'hana_mori']) {
    const { batch_id: batch } = await client.entities.generate('characters', slug, { count: 6 });
    await expect.poll(async () => (await client.batches.get(batch)).finished, { timeout: 80_000 }).toBe(true);
  }
});

for (const theme of ['dark', 'light']) {
  for (const { name, ...viewport } of screens) {
    test(`${name}, ${theme}`, async ({ page }) => {
      test.setTimeout(300_000);
      await page.setViewportSize(viewport);
      await page.addInitScript((kept) => localStorage.setItem('gaze.theme', kept), theme);
      for (const address of [...pages, ...llmPages]) {
        await page.goto(address);
        await expect(page.locator('main')).toBeVisible();
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
        await page.evaluate(async () => {
          await document.fonts.ready;
          await Promise.all(Array.from(document.images, (image) => image.decode().catch(() => null)));
        });
        await page.screenshot({ path: join(folder, `${name}-${theme}`, `${fileName(address)}.png`) });
      }
    });
  }
}
