import type { Page } from '@playwright/test';
import { categoryList } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

const messages = (page: Page) => page.getByRole('region', { name: 'Messages' });
const library = (page: Page) => page.getByRole('heading', { level: 1, name: 'Characters' });

test(
  verifies(['web.frame', 'web.keys'], 'every category and page is one link or two keys away'),
  async ({ page }) => {
    await page.goto('/');
    await expect(library(page)).toBeVisible();
    const categories = page.getByRole('navigation', { name: 'Categories' });
    for (const { name, label } of categoryList)
      await expect(categories.getByRole('link', { name: new RegExp(`^${label}`) })).toHaveAttribute(
        'href',
        `/${name}`,
      );
    const studio = page.getByRole('navigation', { name: 'Studio' });
    for (const [link, href] of Object.entries({
      Generator: '/generator',
      Gallery: '/gallery',
      Queue: '/queue',
    }))
      await expect(studio.getByRole('link', { name: new RegExp(`^${link}`) })).toHaveAttribute('href', href);

    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    for (const label of ['Generator', 'Gallery', 'Queue', 'Settings'])
      await expect(keys.getByText(label, { exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(keys).toHaveCount(0);
    await page.keyboard.press('g');
    await page.keyboard.press('q');
    await expect(page).toHaveURL('/queue');
    await page.goBack();
    await expect(library(page)).toBeVisible();
  },
);

test(
  verifies('web.frame', 'the bar chooses the checkpoint for all, and says how each host is'),
  async ({ page, client }) => {
    const chosen = async () => (await client.settings.get()).default_checkpoint;
    const before = await chosen();
    const other = (await client.library.list('checkpoints', { limit: 20 })).items.find(
      ({ id }) => id === 'Illustrious/paperlight_xl.safetensors',
    );
    if (other === undefined) throw new Error('The sample set has no Paperlight.');
    await page.goto('/characters');
    await page.getByRole('button', { name: /^Default checkpoint/ }).click();
    await page.getByRole('option', { name: new RegExp(other.name) }).click();
    await expect.poll(chosen).toBe(other.id);
    await expect(page.getByRole('button', { name: `Default checkpoint: ${other.name}` })).toBeVisible();
    await client.settings.set({ default_checkpoint: before });

    const { hosts } = await client.hosts.list();
    await page.getByRole('button', { name: /^ComfyUI hosts/ }).click();
    for (const host of hosts) await expect(page.getByText(host.url, { exact: true }).first()).toBeVisible();
    await page.getByRole('link', { name: 'All about the hosts' }).click();
    await expect(page).toHaveURL('/settings#hosts');
  },
);

test(
  verifies('web.phone-nav', 'the bottom bar of a phone leads to every page that the rail has'),
  async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto('/characters');
    const bar = page.getByRole('navigation', { name: 'Main' });
    await bar.getByRole('link', { name: 'Gallery' }).click();
    await expect(page).toHaveURL('/gallery');
    const further = { 'Language model': '/llm/review', Settings: '/settings', Trash: '/trash' };
    for (const [entry, address] of Object.entries(further)) {
      await bar.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: new RegExp(`^${entry}`) }).click();
      await expect(page).toHaveURL(address);
      await expect(bar.getByRole('button', { name: 'More' })).toHaveAttribute('aria-current', 'page');
    }
    await bar.getByRole('link', { name: 'Library' }).click();
    await expect(library(page)).toBeVisible();
    await page.getByRole('button', { name: /^Characters/ }).click();
    await page.getByRole('menuitem', { name: /^Outfits/ }).click();
    await expect(page).toHaveURL('/outfits');
  },
);

test(
  verifies('web.errors', 'an edit that is refused goes back, and says what failed, why, and the details'),
  async ({ page, client, complaints }) => {
    await client.editing.create('styles', { name: 'Gouache of errors' });
    await page.goto('/styles?q=gouache+of+errors');
    const card = page.getByRole('article').filter({ hasText: 'Gouache of errors' });
    const star = card.getByRole('button', { name: 'Favourite' });
    await page.route('**/favourite', (route) =>
      route.fulfill({
        status: 507,
        contentType: 'application/problem+json',
        json: {
          ...{ type: 'about:blank', title: 'The disk is full', status: 507, code: 'storage_full' },
          ...{ detail: 'The disk is full.', hint: 'Make room, then try again.', request_id: 'of-the-test' },
        },
      }),
    );
    await card.hover();
    await star.click();
    const alert = messages(page).getByRole('alert');
    await expect(alert).toContainText('Gouache of errors was not added to the favourites');
    await expect(alert).toContainText('The disk is full. Make room, then try again.');
    await expect(star).toHaveAttribute('aria-pressed', 'false');
    await alert.getByText('Details', { exact: true }).click();
    await expect(alert.getByText(/507 storage_full/)).toBeVisible();
    await expect(alert.getByRole('button', { name: 'Copy the details' })).toBeVisible();
    // the browser itself notes the refusal
    expect(complaints.splice(0).every((text) => text.includes('507'))).toBe(true);
  },
);

test(
  verifies('web.nsfw', 'NSFW cards are shown, blurred or left out as Settings say'),
  async ({ page, client }) => {
    const { entity } = await client.editing.create('characters', {
      name: 'Veiled Vireo',
      data: { character_name: 'Veiled Vireo', identity: { hair: 'grey hair' }, tags: { nsfw: true } },
    });
    const { batch_id: batch } = await client.entities.generate('characters', entity.slug, {});
    await expect.poll(async () => (await client.batches.get(batch)).finished, { timeout: 80_000 }).toBe(true);
    const before = (await client.settings.get()).nsfw_display;
    const choose = async (label: string) => {
      await page.goto('/settings#nsfw');
      const choice = page.getByRole('group', { name: 'NSFW pictures' }).getByRole('button', { name: label });
      await choice.click();
      await expect(choice).toHaveAttribute('aria-pressed', 'true');
      await expect.poll(async () => (await client.settings.get()).nsfw_display).toBe(label.toLowerCase());
    };
    const card = page.getByRole('article').filter({ hasText: 'Veiled Vireo' });
    try {
      await choose('Blur');
      await page.goto('/characters?q=veiled+vireo');
      await expect(card.locator('.cover.veil')).toBeVisible();
      await page.goto(`/gallery?category=characters&slug=${entity.slug}`);
      await expect(page.locator('.ph[data-id]').getByText('NSFW')).toBeVisible();
      await choose('Show');
      await page.goto('/characters?q=veiled+vireo');
      await expect(card.getByRole('img').or(card.locator('img')).first()).toBeVisible();
      await expect(card.locator('.cover.veil')).toHaveCount(0);
      await choose('Hide');
      await page.goto('/characters?q=veiled+vireo');
      await expect(page.locator('main')).toContainText(/No character|Nothing/);
      await expect(card).toHaveCount(0);
    } finally {
      await client.settings.set({ nsfw_display: before });
    }
  },
);
