import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import type { Client } from '@gaze/client';
import type { ImageView } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { pictureFiles, renderedPictures } from './pictures.ts';
import { expect, test } from './stack.ts';

const slug = 'gallery_gull';
const ofGull = `/gallery?category=characters&slug=${slug}`;
const tiles = (page: Page) => page.locator('.ph[data-id]');
const tile = (page: Page, { id }: ImageView) => page.locator(`.ph[data-id="${id}"]`);
const messages = (page: Page) => page.getByRole('region', { name: 'Messages' });
const bar = (page: Page) => page.getByRole('toolbar', { name: 'With the chosen pictures' });

let made: Promise<ImageView[]> | undefined;
/** Six pictures of one character, newest first, made once. */
const pictures = (client: Client): Promise<ImageView[]> => (made ??= renderedPictures(client, slug, 6));
const at = <T>(list: readonly T[], index: number): T => {
  const one = list.at(index);
  if (one === undefined) throw new Error(`There is no picture ${index}.`);
  return one;
};
const serious = async (page: Page): Promise<string[]> =>
  (await new AxeBuilder({ page }).analyze()).violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);

test(
  verifies('web.gallery', 'chips with suggestions narrow the gallery, in the address and with Back'),
  async ({ page, client }) => {
    const images = await pictures(client);
    await page.goto('/gallery');
    await page.getByRole('button', { name: 'Any entry' }).click();
    await page.getByPlaceholder('Find an entry').fill('gallery gu');
    await page.getByRole('option', { name: /gallery gull/ }).click();
    await expect(page).toHaveURL(new RegExp(`category=characters&slug=${slug}`));
    await expect(tiles(page)).toHaveCount(6);
    await expect(page.getByRole('heading', { level: 1 })).toContainText('6');

    // by key: the picture that has the keyboard gets four stars
    await tile(page, at(images, 1)).focus();
    await page.keyboard.press('4');
    await expect.poll(async () => (await client.images.get(at(images, 1).id)).rating).toBe(4);
    await page.getByRole('button', { name: 'Any rating' }).click();
    await page.getByRole('option', { name: '3 stars and more' }).click();
    await expect(tiles(page)).toHaveCount(1);
    await expect(page).toHaveURL(/rating=3/);
    await page.reload();
    await expect(tiles(page)).toHaveCount(1);
    await page.goBack();
    await expect(tiles(page)).toHaveCount(6);

    await page.getByRole('button', { name: 'Words in the prompt' }).click();
    await page.getByPlaceholder('Words in the prompt').fill('no such words');
    await page.keyboard.press('Enter');
    await expect(page.getByText('No picture fits')).toBeVisible();
    await page.getByRole('button', { name: 'Show all' }).first().click();
    await expect(page).toHaveURL('/gallery');
  },
);

test(
  verifies(
    'web.gallery-choice',
    'chosen by mouse and keys, marked, thrown away and brought back, in two tabs',
  ),
  async ({ page, client, context }) => {
    const images = await pictures(client);
    const other = await context.newPage();
    await Promise.all([page.goto(ofGull), other.goto(ofGull)]);
    await expect(tiles(other)).toHaveCount(6);

    await tiles(page)
      .nth(0)
      .click({ modifiers: ['Control'] });
    await tiles(page)
      .nth(2)
      .click({ modifiers: ['Shift'] });
    await expect(bar(page)).toContainText('3 chosen');
    await tile(page, at(images, 4)).focus();
    await page.keyboard.press('x');
    await expect(bar(page)).toContainText('4 chosen');
    await page.keyboard.press('f');
    for (const index of [0, 1, 2, 4])
      await expect(tile(other, at(images, index)).locator('.star')).toBeVisible();
    await expect(tile(other, at(images, 3)).locator('.star')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(bar(page)).toHaveCount(0);

    await tile(page, at(images, 5)).focus();
    await page.keyboard.press('n');
    await expect(page.getByRole('link', { name: 'gallery gull, NSFW' })).toBeVisible();
    await page.keyboard.press('n');
    await expect(page.getByRole('link', { name: 'gallery gull, NSFW' })).toHaveCount(0);

    await tiles(page)
      .nth(0)
      .click({ modifiers: ['Control'] });
    await tiles(page).nth(1).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      bar(page).getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('gaze-pictures.zip');
    await bar(page).getByRole('button', { name: 'Delete' }).click();
    await expect(tiles(page)).toHaveCount(4);
    await expect(tiles(other)).toHaveCount(4);
    await messages(page).getByRole('button', { name: 'Undo' }).last().click();
    await expect(tiles(page)).toHaveCount(6);
    await expect(tiles(other)).toHaveCount(6);
    await other.close();
  },
);

test(
  verifies('web.picture-trash', 'the trash gives pictures back, and removes them for good after a question'),
  async ({ page, client }) => {
    const [first, second] = await renderedPictures(client, 'trash_tern', 2);
    if (first === undefined || second === undefined) throw new Error('Two pictures were to be made.');
    await client.images.trash([first.id, second.id]);
    await page.goto('/gallery?view=trash');
    await tile(page, first).click();
    await expect(bar(page)).toContainText('1 chosen');
    await bar(page).getByRole('button', { name: 'Restore' }).click();
    await expect(tile(page, first)).toHaveCount(0);
    await expect.poll(async () => (await client.images.get(first.id)).id).toBe(first.id);

    await tile(page, second).click();
    await page.keyboard.press('Delete');
    const question = page.getByRole('dialog', { name: '1 picture: remove for good?' });
    await question.getByRole('button', { name: 'Keep' }).click();
    await expect(tile(page, second)).toBeVisible();
    await page.keyboard.press('Delete');
    await question.getByRole('button', { name: 'Remove for good' }).click();
    await expect(tile(page, second)).toHaveCount(0);
    const { items } = await client.images.trashed();
    expect(items.map(({ id }) => id)).not.toContain(second.id);
    expect(await serious(page)).toEqual([]);
  },
);

test(
  verifies('web.gallery-time', 'the scrubber goes to the oldest day without loading what lies between'),
  async ({ page, client, stack }) => {
    const days = 120;
    await pictureFiles({ uploadsDir: stack.uploadsDir, client }, 'many_moons', days);
    let loaded = 0;
    page.on('response', (response) => {
      if (!new URL(response.url()).pathname.endsWith('/api/v1/images')) return;
      void response.json().then(
        ({ items }: { items: unknown[] }) => (loaded += items.length),
        () => undefined,
      );
    });
    await page.goto('/gallery?category=characters&slug=many_moons');
    const scrubber = page.getByRole('slider', { name: 'Jump to a date' });
    await expect(tiles(page).first()).toBeVisible();
    await expect(scrubber).toHaveAttribute('aria-valuemax', String(days - 1));
    const newest = await scrubber.getAttribute('aria-valuetext');

    await scrubber.focus();
    await page.keyboard.press('End');
    const oldest = (
      await client.images.list({ category: 'characters', slug: 'many_moons', to: daysAgo(days - 2) })
    ).items[0];
    await expect(page.locator(`.ph[data-id="${oldest?.id ?? ''}"]`)).toBeVisible();
    expect(loaded).toBeLessThan(days * 8 * 0.75);

    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowUp');
    await expect(scrubber).not.toHaveAttribute('aria-valuetext', newest ?? '');
    const box = await scrubber.boundingBox();
    if (box === null) throw new Error('The scrubber is not shown.');
    await page.mouse.move(box.x + 40, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 40, box.y + 2, { steps: 5 });
    await page.mouse.up();
    await expect(scrubber).toHaveAttribute('aria-valuetext', newest ?? '');
    await expect(tiles(page).first()).toBeVisible();
  },
);

function daysAgo(days: number): string {
  const date = new Date();
  date.setHours(0, 0, 0, 0);
  date.setDate(date.getDate() - days);
  return date.toISOString();
}

test(
  verifies('web.lightbox', 'looks closely, goes on, marks, makes again and throws away, all by key'),
  async ({ page, client }) => {
    const images = await pictures(client);
    await page.goto(ofGull);
    await tile(page, at(images, 1)).click();
    const box = page.getByRole('dialog');
    await expect(page).toHaveURL(new RegExp(`image=${at(images, 1).id}`));
    await expect(box.getByText('gallery gull hair').first()).toBeVisible();
    await expect(box.getByText(String(at(images, 1).seed))).toBeVisible();
    expect(await serious(page)).toEqual([]);

    const sheet = box.locator('.sheet');
    const scale = () =>
      sheet.evaluate((node) => new DOMMatrix(getComputedStyle(node).transform).a.toFixed(2));
    await expect.poll(scale).toBe('1.00');
    await page.keyboard.press('+');
    await expect.poll(scale).toBe('1.40');
    await sheet.dispatchEvent('wheel', { deltaY: -200, clientX: 500, clientY: 400 });
    await expect.poll(async () => Number(await scale())).toBeGreaterThan(1.5);
    await page.keyboard.press('0');
    await expect.poll(scale).toBe('1.00');

    await page.keyboard.press('ArrowRight');
    await expect(page).toHaveURL(new RegExp(`image=${at(images, 2).id}`));
    await page.keyboard.press('5');
    await expect.poll(async () => (await client.images.get(at(images, 2).id)).rating).toBe(5);
    await box.getByRole('button', { name: '5 stars' }).click();
    await expect.poll(async () => (await client.images.get(at(images, 2).id)).rating).toBeNull();

    await box.getByRole('button', { name: 'Use as cover' }).click();
    await page.getByRole('menuitem', { name: /gallery gull/ }).click();
    await expect
      .poll(async () => (await client.entities.get('characters', slug)).cover?.url)
      .toBe(at(images, 2).url);
    await expect(box).toBeVisible();

    await box.getByRole('button', { name: 'Again exactly' }).click();
    await expect(messages(page)).toContainText('The same picture is queued');
    const again = async () =>
      (await client.jobs.list({ category: 'characters', slug, limit: 20 })).items.filter(
        ({ seed }) => seed === at(images, 2).seed,
      );
    await expect
      .poll(async () => (await again()).map(({ status }) => status), { timeout: 60_000 })
      .toEqual(['done', 'done']);
    const twin = (await again()).flatMap((job) => job.images).find(({ id }) => id !== at(images, 2).id);
    const [one, other] = await Promise.all([
      client.images.get(at(images, 2).id),
      client.images.get(twin?.id ?? ''),
    ]);
    expect(other.generation?.prompts).toEqual(one.generation?.prompts);

    await page.keyboard.press('Delete');
    await expect(page).toHaveURL(new RegExp(`image=${at(images, 3).id}`));
    await messages(page).getByRole('button', { name: 'Undo' }).last().click();
    await expect(box).toBeVisible();
    await expect
      .poll(async () => (await client.images.list({ category: 'characters', slug })).items.length)
      .toBe(7);
    await client.images.trash([twin?.id ?? '']);
    // Gone from the wall behind, too: the tiles stand still when the focus comes back to one.
    await expect(page.locator(`.ph[data-id="${twin?.id ?? ''}"]`)).toHaveCount(0);

    await page.keyboard.press('Escape');
    await expect(box).toHaveCount(0);
    await expect(tile(page, at(images, 3))).toBeVisible();
  },
);

test(
  verifies('web.compare', 'two pictures side by side and wiped, zoomed as one, with what is different'),
  async ({ page, client, complaints }) => {
    const images = await pictures(client);
    await page.goto(ofGull);
    await tile(page, at(images, 0)).click({ modifiers: ['Control'] });
    await tile(page, at(images, 3)).click();
    await bar(page).getByRole('link', { name: 'Compare the two' }).click();
    await expect(page).toHaveURL(/\/gallery\/compare\?a=.+&b=.+/);
    const differences = page.getByRole('complementary', { name: 'Differences' });
    await expect(differences.getByRole('row', { name: /^Seed/ })).toContainText(String(at(images, 3).seed));
    await expect(differences.getByRole('row', { name: /^Checkpoint/ })).toHaveCount(0);
    await differences.getByRole('checkbox').check();
    await expect(differences.getByRole('row', { name: /^Checkpoint/ })).toBeVisible();
    expect(await serious(page)).toEqual([]);

    const scales = () =>
      page
        .locator('.sheet')
        .evaluateAll((nodes) =>
          nodes.map((node) => new DOMMatrix(getComputedStyle(node).transform).a.toFixed(2)),
        );
    await page.keyboard.press('+');
    await expect.poll(scales).toEqual(['1.40', '1.40']);
    await page.keyboard.press('m');
    await expect(page).toHaveURL(/mode=wipe/);
    const border = page.getByRole('slider', { name: 'Border between A and B' });
    await border.focus();
    await page.keyboard.press('ArrowRight');
    await expect(border).toHaveAttribute('aria-valuenow', '52');
    const before = new URL(page.url()).searchParams;
    await page.keyboard.press('s');
    await expect(page).toHaveURL(new RegExp(`a=${before.get('b') ?? ''}&b=${before.get('a') ?? ''}`));

    await page.getByRole('button', { name: 'Another one' }).click();
    await page.getByRole('button', { name: 'Compare with gallery gull' }).first().click();
    await expect(page).toHaveURL(/&b=/);
    await page.goto(`/gallery/compare?a=${at(images, 0).id}&b=gone`);
    await expect(page.getByRole('alert')).toContainText('was not loaded');
    // the browser itself notes that there is no such picture
    expect(complaints.splice(0).every((text) => text.includes('404'))).toBe(true);
  },
);
