import { AxeBuilder } from '@axe-core/playwright';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

test(
  verifies('web.coverage', 'the matrix of a character is looked at, filled by one and by all, and followed'),
  async ({ page, client }) => {
    const { entity: kid } = await client.editing.create('characters', {
      name: 'Cover Test',
      data: {
        identity: { hair: 'grey hair' },
        wardrobe: { 'At home, late': { top: 'shirt' }, Festival: { top: 'yukata' } },
      },
    });
    const outfits = ['worn:At home, late', 'entity:rain_city'].map(encodeURIComponent).join(',');
    const query = new URLSearchParams({ outfits, actions: 'drinking_tea,looking_back' }).toString();
    await page.goto(`/characters/${kid.slug}/coverage?${query}`);
    await expect(page.getByRole('columnheader', { name: 'At home, late' })).toBeVisible();
    await expect(page.getByRole('rowheader', { name: /Drinking tea/ })).toBeVisible();
    await expect(page.getByText('0 of 4 have a picture')).toBeVisible();

    // one gap at once
    await page
      .getByRole('button', { name: 'Cover Test · Rain city · Drinking tea: no picture yet, make one' })
      .click();
    const made = page.getByRole('button', {
      name: 'Cover Test · Rain city · Drinking tea: 1 picture, show the best',
    });
    await expect(made).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('1 of 4 have a picture, 1 picture in all')).toBeVisible();

    // the others after a question with their number
    await page.getByRole('button', { name: 'Fill the 3 gaps' }).click();
    const dialog = page.getByRole('dialog', { name: /Fill the gaps/ });
    await expect(dialog).toContainText('3 pictures will be queued');
    await dialog.getByRole('button', { name: 'Not now' }).click();
    await expect(
      page.getByRole('region', { name: 'Filling the gaps' }).getByText('1 of 1 done'),
    ).toBeVisible();
    await page.getByRole('button', { name: 'Fill the 3 gaps' }).click();
    await dialog.getByRole('button', { name: 'Queue 3 pictures' }).click();
    const run = page.getByRole('region', { name: 'Filling the gaps' });
    await expect(run).toContainText(/of 3 done/);
    await expect(run).toContainText('3 of 3 done', { timeout: 90_000 });
    await expect(page.getByText('4 of 4 have a picture')).toBeVisible();
    await expect(page.getByRole('button', { name: 'No gaps' })).toBeDisabled();
    const worn = (await client.images.list({ category: 'characters', slug: kid.slug })).items;
    const records = await Promise.all(worn.map(({ id }) => client.images.get(id)));
    expect(records.filter(({ generation }) => generation?.active_outfit === 'At home, late')).toHaveLength(2);

    // the scene narrows it; the address keeps it, and Back undoes nothing that was seen
    await page.getByRole('button', { name: 'Any scene' }).click();
    await page.getByRole('option', { name: 'First snow' }).click();
    await expect(page.getByText('0 of 4 have a picture')).toBeVisible();
    await expect(page).toHaveURL(/scene=first_snow/);
    await page.getByRole('button', { name: 'First snow' }).click();
    await page.getByRole('option', { name: 'No scene' }).click();
    await expect(page.getByText('4 of 4 have a picture')).toBeVisible();

    await made.click();
    await expect(page).toHaveURL(/image=/);
    await page.keyboard.press('Escape');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => v.id),
    ).toEqual([]);
    await client.editing.remove('characters', kid.slug);
  },
);

test('only characters have a coverage page, and one that is gone says so', async ({ page, complaints }) => {
  await page.goto('/characters/nobody_here/coverage');
  await expect(page.getByRole('heading', { name: 'There is no character nobody_here' })).toBeVisible();
  complaints.length = 0;
});
