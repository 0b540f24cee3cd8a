import { writeFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { categoryList } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

for (const { name, label } of categoryList) {
  test(
    verifies('web.libraries', `${label}: the library shows its entries, each leads to its page`),
    async ({ page, client }) => {
      const { items } = await client.library.list(name, { limit: 5 });
      const first = items[0];
      if (first === undefined) throw new Error(`The sample set has no ${name}.`);
      await page.goto(`/${name}`);
      await page
        .getByRole('link', { name: new RegExp(first.name) })
        .first()
        .click();
      await expect(page).toHaveURL(new RegExp(`/${name}/${first.slug}`));
      await expect(page.getByRole('heading', { level: 1, name: first.name })).toBeVisible();
      await page.goBack();
      await expect(page.getByRole('link', { name: new RegExp(first.name) }).first()).toBeVisible();
    },
  );
}

test(
  verifies(
    'web.library-rescan',
    'the files of a library are read again on request, and it says what it found',
  ),
  async ({ page }) => {
    await page.goto('/looks');
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Rescan the files' }).click();
    const message = page.getByRole('region', { name: 'Messages' }).getByRole('status');
    await expect(message.filter({ hasText: 'Looks are read again' })).toContainText(/\d+ files?: /);
  },
);

test('a card that is opened right after typing in the filter stays open', async ({ page }) => {
  await page.goto('/characters');
  const card = page.getByRole('link', { name: /Captain Oda/ }).first();
  await expect(card).toBeVisible();
  await page.getByPlaceholder(/Filter/).fill('oda');
  await card.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Captain Oda' })).toBeVisible();
  await expect(page).toHaveURL(/\/characters\/captain_oda$/);
  // longer than the field waits before it filters
  await page.waitForTimeout(400);
  await expect(page).toHaveURL(/\/characters\/captain_oda$/);
});

test('a filter narrows the library and stays in the address', async ({ page }) => {
  await page.goto('/characters');
  await page.getByPlaceholder(/Filter/).fill('marrow');
  await expect(page.getByRole('link', { name: /Captain Oda/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: /Elke Marrow/ }).first()).toBeVisible();
  await expect(page).toHaveURL(/q=marrow/);
  await page.reload();
  await expect(page.getByRole('link', { name: /Elke Marrow/ }).first()).toBeVisible();
});

test('an edit in an editor shows on the open page; a broken file says where', async ({ page, stack }) => {
  const file = path.join(stack.dataDir, 'characters/captain_oda.json');
  const text = await readFile(file, 'utf8');
  await page.goto('/characters');
  await expect(page.getByRole('link', { name: /Captain Oda/ }).first()).toBeVisible();
  await writeFile(file, text.replace('"Captain Oda"', '"Admiral Oda"'));
  await expect(page.getByRole('link', { name: /Admiral Oda/ }).first()).toBeVisible();
  await writeFile(file, text.replace('{', '{,'));
  await page.goto('/settings');
  await expect(page.getByText('captain_oda.json').first()).toBeVisible();
  await expect(page.getByText(/line 1/i).first()).toBeVisible();
  await writeFile(file, text);
  await page.goto('/characters');
  await expect(page.getByRole('link', { name: /Captain Oda/ }).first()).toBeVisible();
});
