import type { Page } from '@playwright/test';
import { verifies } from '@gaze/testing';
import { renderedPictures } from './pictures.ts';
import { expect, test } from './stack.ts';

const field = (page: Page) => page.getByRole('searchbox', { name: 'Search entries and pictures' });
const palette = (page: Page) => page.getByRole('dialog', { name: 'Search everything' });

test(
  verifies(
    'web.search',
    'entries and pictures are found together, each says why, and all of it is in the address',
  ),
  async ({ page, client }) => {
    const [picture] = await renderedPictures(client, 'seeking_siskin', 1);
    await page.goto('/search');
    await expect(page.getByText('What are you looking for?')).toBeVisible();
    await expect(field(page)).toBeFocused();
    await page.keyboard.type('seeking siskin');
    await expect(page).toHaveURL(/q=seeking\+siskin/);
    const characters = page.getByRole('region', { name: /^Characters/ });
    const pictures = page.getByRole('region', { name: /^Pictures/ });
    await expect(characters.getByRole('link', { name: /seeking siskin/ })).toHaveCount(1);
    await expect(characters.locator('mark').first()).toHaveText(/seeking/i);
    await expect(pictures.locator('mark').first()).toBeVisible();

    await page.getByRole('button', { name: 'Pictures' }).click();
    await expect(page).toHaveURL(/type=images/);
    await expect(characters).toHaveCount(0);
    await page.reload();
    await expect(field(page)).toHaveValue('seeking siskin');
    await expect(pictures.getByRole('link', { name: 'seeking siskin' })).toBeVisible();
    await field(page).focus();
    await page.keyboard.press('ArrowDown');
    await expect(pictures.getByRole('link', { name: 'seeking siskin' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(new RegExp(`image=${picture?.id ?? ''}`));
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Again exactly' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);

    await page.goBack();
    await page.goto('/search?q=seeking+siskin&nsfw=nsfw');
    await expect(page.getByText('Nothing was found')).toBeVisible();
    await page.getByRole('button', { name: 'Search everywhere' }).click();
    await expect(characters).toBeVisible();
  },
);

test('a search that fails says so and can be tried again', async ({ page, complaints }) => {
  await page.route('**/api/v1/search?*', (route) => route.abort());
  await page.goto('/search?q=hair');
  const alert = page.getByRole('alert').filter({ hasText: 'The search did not work' });
  await expect(alert).toBeVisible();
  await page.unroute('**/api/v1/search?*');
  // it may have come back by itself in the very moment
  const found = page.getByRole('region', { name: /^Characters/ });
  await expect(async () => {
    if (!(await found.isVisible()))
      await alert.getByRole('button', { name: 'Try again' }).click({ timeout: 2000 });
    await expect(found).toBeVisible({ timeout: 3000 });
  }).toPass();
  // the browser itself complains of the request that was cut off
  expect(complaints.splice(0).filter((text) => !text.includes('Failed to load resource'))).toEqual([]);
});

test(
  verifies('web.palette', 'entries, pictures, pages and actions under one key, and what was opened lately'),
  async ({ page }) => {
    await page.goto('/characters');
    await expect(page.getByRole('heading', { level: 1, name: 'Characters' })).toBeVisible();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('captain od');
    await expect(
      palette(page)
        .getByRole('option', { name: /Captain Oda/ })
        .first(),
    ).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL('/characters/captain_oda');
    await expect(page.getByRole('heading', { level: 1, name: 'Captain Oda' })).toBeVisible();

    await page.keyboard.press('Control+k');
    await expect(palette(page).getByRole('option', { name: /Captain Oda/ })).toBeVisible();
    await page.keyboard.type('light or dark');
    const theme = await page.locator('html').getAttribute('data-theme');
    await expect(palette(page).getByRole('option', { name: 'Light or dark', exact: true })).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.locator('html')).not.toHaveAttribute('data-theme', theme ?? '');

    await page.keyboard.press('Control+k');
    await page.keyboard.type('new outfit');
    await palette(page).getByRole('option', { name: 'New outfit', exact: true }).click();
    await expect(page).toHaveURL('/outfits');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');

    await page.keyboard.press('Control+k');
    await page.keyboard.type('settings hosts');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL('/settings#hosts');

    await page.keyboard.press('Control+k');
    await page.keyboard.type('hair');
    await palette(page)
      .getByRole('option', { name: /See all results/ })
      .click();
    await expect(page).toHaveURL('/search?q=hair');
  },
);
