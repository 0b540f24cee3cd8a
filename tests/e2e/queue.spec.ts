import type { Page } from '@playwright/test';
import type { Client } from '@gaze/client';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

const slow = { timeout: 80_000 };
const tray = (page: Page) => page.getByRole('region', { name: 'Job tray' });

async function makeCharacter(client: Client, name: string): Promise<string> {
  const { entity } = await client.editing.create('characters', {
    name,
    data: { character_name: name, identity: { hair: 'grey hair' }, tags: { nsfw: false } },
  });
  return entity.slug;
}

/** Opens the tray where work has not opened it already. */
async function openTray(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: /^Job tray/ });
  await expect(async () => {
    if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
    await expect(tray(page)).toBeVisible({ timeout: 1000 });
  }).toPass();
}

test(
  verifies(
    'web.tray',
    'what waits and why, in every tab and over a reload; moved, cancelled, let go, finished',
  ),
  async ({ page, client, context }) => {
    const [heron, egret] = [
      await makeCharacter(client, 'Tray Heron'),
      await makeCharacter(client, 'Tray Egret'),
    ];
    const other = await context.newPage();
    try {
      await page.goto('/characters');
      await openTray(page);
      await tray(page).getByRole('button', { name: 'Pause all' }).click();
      await expect(tray(page).getByRole('button', { name: 'Go on' })).toBeVisible();
      await client.entities.generate('characters', heron, { count: 2 });
      await client.entities.generate('characters', egret, {});
      const line = (where: Page, name: RegExp) => tray(where).getByRole('article').filter({ hasText: name });
      await expect(line(page, /Tray Heron, 2 pictures/)).toContainText('The queue is paused.');
      await other.goto('/characters');
      await openTray(other);
      await expect(line(other, /Tray Egret/)).toContainText('The queue is paused.');

      await tray(page)
        .getByRole('button', { name: /^Tray Egret.*to the front$/ })
        .click();
      await expect(tray(page).getByRole('button', { name: /^Tray Egret.*to the front$/ })).toHaveCount(0);
      await tray(page)
        .getByRole('button', { name: /^Cancel Tray Heron/ })
        .click();
      await expect(line(page, /Tray Heron/)).toHaveCount(0);
      await expect(line(other, /Tray Heron/)).toHaveCount(0);

      await page.reload();
      await openTray(page);
      await expect(line(page, /Tray Egret/)).toBeVisible();
      await tray(page).getByRole('button', { name: 'Go on' }).click();
      await expect(
        tray(page)
          .getByRole('region', { name: 'Finished' })
          .getByRole('link', { name: /Tray Egret/ }),
      ).toBeVisible(slow);
      expect((await client.images.list({ category: 'characters', slug: egret })).items).toHaveLength(1);
    } finally {
      await client.queues.resume('image');
      await client.queues.resume('llm');
      await other.close();
    }
  },
);

test(
  verifies(
    'web.queue',
    'hosts, lanes, a history that is narrowed, and the attempts of a job that is tried again',
  ),
  async ({ page, client }) => {
    const slug = await makeCharacter(client, 'Queue Quail');
    await client.queues.pause('image');
    try {
      const { jobs } = await client.entities.generate('characters', slug, {});
      const id = jobs[0]?.id ?? '';
      await page.goto('/queue');
      const lane = page.locator('section.lane').filter({ hasText: 'goes first, a person is looking' });
      await expect(lane).toContainText('Queue Quail');
      await client.jobs.cancel(id);
      await expect(lane).not.toContainText('Queue Quail');

      await page.getByRole('link', { name: 'Cancelled', exact: true }).click();
      await expect(page).toHaveURL('/queue?show=cancelled');
      await page
        .getByRole('link', { name: /Queue Quail/ })
        .first()
        .click();
      await expect(page).toHaveURL(new RegExp(`job=${id}`));
      const panel = page.getByRole('complementary', { name: 'About this job' });
      await expect(panel).toContainText('Interactive, goes first');
      await lane.getByRole('button', { name: 'Go on' }).click();
      await panel.getByRole('button', { name: 'Retry' }).click();
      await expect
        .poll(async () => (await client.images.list({ category: 'characters', slug })).items.length, slow)
        .toBe(1);
      // The page has watched the steps of the host that drew it.
      const hosts = page.locator('.hostcard');
      await expect(hosts.first()).toContainText(/ComfyUI \d/);
      await expect(hosts.filter({ hasText: 'steps/s' }).first()).toBeVisible();
    } finally {
      await client.queues.resume('image');
    }
    const [image] = (await client.images.list({ category: 'characters', slug })).items;
    const [job] = (await client.jobs.list({ category: 'characters', slug, status: ['done'], limit: 5 }))
      .items;
    await page.goto(`/queue?job=${job?.id ?? ''}`);
    const panel = page.getByRole('complementary', { name: 'About this job' });
    await expect(panel).toContainText('The picture is there.');
    await expect(panel).toContainText(/Attempt \d/);
    await expect(panel.getByRole('link', { name: 'Open the picture' })).toHaveAttribute(
      'href',
      `/gallery?image=${image?.id ?? ''}`,
    );
  },
);
