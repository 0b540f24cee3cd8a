import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

test(
  verifies(
    ['web.detail', 'web.detail-kept'],
    'fields, company, added words, size, seed and count make the recipe; it is kept, and rendered by key',
  ),
  async ({ page, client }) => {
    const { entity } = await client.editing.create('characters', {
      name: 'Chip Chaffinch',
      data: {
        character_name: 'Chip Chaffinch',
        identity: { hair: 'ashen hair', eyes: 'amber eyes' },
        tags: { nsfw: false },
      },
    });
    const { entity: action } = await client.editing.create('actions', {
      name: 'Juggling pears',
      data: { action: { full_body: 'juggling pears' }, tags: { nsfw: false } },
    });
    const now = () => client.entities.get('characters', entity.slug);
    await page.goto(`/characters/${entity.slug}`);
    const main = page.getByRole('region', { name: 'Main' });
    await expect(main).toContainText('amber eyes');

    await page.getByRole('button', { name: /^eyes amber eyes/ }).click();
    await expect(main.locator('del', { hasText: 'amber eyes' })).toHaveCount(1);
    await page.getByRole('button', { name: 'Save as default' }).click();
    await expect(page.getByRole('button', { name: 'Forget the default' })).toBeVisible();
    await expect.poll(async () => (await now()).default_fields).toContain('identity::hair');
    expect((await now()).default_fields).not.toContain('identity::eyes');

    const along = page.getByRole('region', { name: 'Comes along' });
    await along.getByRole('button', { name: 'Action', exact: true }).click();
    await page.getByPlaceholder('Find actions').fill('juggling');
    await page.getByRole('option', { name: /Juggling pears/ }).click();
    await page.keyboard.press('Escape');
    await expect(main).toContainText('juggling pears');
    await along.getByRole('button', { name: 'Scene', exact: true }).click();
    await page.getByRole('option', { name: /^Random/ }).click();
    await page.keyboard.press('Escape');
    const random = along.getByRole('button', { name: /random of \d+/ });
    await random.focus();
    await page.keyboard.press('Delete');
    await expect(random).toHaveCount(0);

    await page.getByRole('textbox', { name: 'Add to the prompt' }).fill('paper moon');
    await expect(main).toContainText('paper moon');
    await page.getByRole('textbox', { name: 'Add to the negative' }).fill('rainbow');
    await expect(page.getByRole('region', { name: 'Negative' })).toContainText('rainbow');
    await page.getByRole('group', { name: 'Size' }).getByRole('button', { name: '1:1' }).click();
    await page.getByLabel('Seed', { exact: true }).fill('4711');
    await page.getByLabel('Seed', { exact: true }).blur();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Generate 2 pictures' })).toBeVisible();

    // Kept by the server: another browser, or this one after a reload, goes on from here.
    await expect
      .poll(async () => (await now()).state)
      .toMatchObject({
        ...{ width: 1024, height: 1024, extra_positive: 'paper moon', extra_negative: 'rainbow' },
        ...{ seed: 4711, seed_locked: true, count: 2 },
      });
    await page.reload();
    await expect(page.getByRole('button', { name: 'Generate 2 pictures' })).toBeVisible();
    await expect(main).toContainText('juggling pears');
    await expect(page.getByLabel('Seed', { exact: true })).toHaveValue('4711');

    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/Step \d+ of \d+/).first()).toBeVisible({ timeout: 60_000 });
    await expect.poll(async () => (await now()).image_count, { timeout: 80_000 }).toBe(2);
    const { items } = await client.images.list({ category: 'characters', slug: entity.slug });
    expect(items.map(({ seed }) => seed).sort()).toEqual([4711, 4712]);
    expect(items[0]).toMatchObject({ width: 1024, height: 1024 });
    const prompts = (await client.images.get(items[0]?.id ?? '')).generation?.prompts;
    expect(prompts?.main).toContain('juggling pears');
    expect(prompts?.main).not.toContain('amber eyes');
    await page.getByRole('button', { name: 'Reuse the seed of the last picture' }).click();
    await expect(page.getByLabel('Seed', { exact: true })).toHaveValue(/^471[12]$/);
    expect(action.slug).toBe('juggling_pears');
  },
);
