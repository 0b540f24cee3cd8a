import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

test(
  verifies(
    ['main-job.page', 'web.main-job'],
    'from the library to a finished picture that is the cover, without a reload',
  ),
  async ({ page, stack, client }) => {
    await page.goto('/characters');
    await page
      .getByRole('link', { name: /Amaya Kestrel/ })
      .first()
      .click();
    await expect(page.getByRole('heading', { level: 1, name: 'Amaya Kestrel' })).toBeVisible();

    // A chip takes its tags out of the prompt that the page composes.
    const main = page.getByRole('region', { name: 'Main' });
    await expect(main).toContainText('navy kimono');
    await page.getByRole('button', { name: /^top / }).click();
    await expect(main.locator('del', { hasText: 'navy kimono' })).toHaveCount(1);

    await page.getByRole('button', { name: /Generate and set cover/ }).click();
    await expect(page.getByText(/Step \d+ of \d+/).first()).toBeVisible();
    const entity = () => client.entities.get('characters', 'amaya_kestrel');
    await expect.poll(async () => (await entity()).image_count, { timeout: 60_000 }).toBe(1);
    const made = await entity();
    const picture = made.images[0];
    expect(made.cover?.url).toBe(picture?.url);
    const record = (await client.images.get(picture?.id ?? '')).generation;
    expect(record?.prompts.main).not.toContain('navy kimono');

    // On the page, on disk with its sidecar, and in the gallery.
    await expect(
      page.locator(`img[src*="${String(picture?.key.split('/').at(-1)?.split('.')[0])}"]`).first(),
    ).toBeVisible();
    const files = await readdir(path.join(stack.uploadsDir, 'characters/amaya_kestrel'));
    await expect.poll(() => files.length).toBeGreaterThan(0);
    await page
      .getByRole('link', { name: /Gallery/ })
      .first()
      .click();
    await expect(page.locator(`img[src*="${String(picture?.id.split('-')[0])}"]`).first()).toBeVisible();
  },
);

test('a picture that is rendered elsewhere shows in the open gallery without a reload', async ({
  page,
  client,
}) => {
  await page.goto('/gallery');
  await expect(page.locator('main')).toBeVisible();
  const { jobs } = await client.entities.generate('scenes', 'harbour_at_dusk', {});
  await expect(page.locator(`img[src*="${String(jobs[0]?.id)}"]`).first()).toBeVisible({ timeout: 60_000 });
});

test('a preset renders from its page', async ({ page, client }) => {
  await page.goto('/presets/elke_lantern_night');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page
    .getByRole('button', { name: /^Generate/ })
    .first()
    .click();
  await expect
    .poll(async () => (await client.entities.get('presets', 'elke_lantern_night')).image_count, {
      timeout: 60_000,
    })
    .toBe(1);
});
