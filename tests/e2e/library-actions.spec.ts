import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { Client } from '@gaze/client';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

const card = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
const chosen = (page: Page) => page.getByRole('toolbar', { name: 'With the chosen entries' });
const toast = (page: Page, text: RegExp | string) =>
  page.getByRole('region', { name: 'Messages' }).getByText(text);
const undo = (page: Page) =>
  page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).last().click();

/** Styles of one test, found by a word that no other entry has. */
async function makeStyles(client: Client, word: string, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, i) => `${word} ${i + 1}`);
  for (const name of names) {
    await client.editing.create('styles', {
      name,
      data: { style_name: name, style: { artist_name: 'somebody' }, tags: { nsfw: false } },
    });
  }
  return names;
}

test(
  verifies('web.library-new', 'a blank entry needs a name and opens for editing'),
  async ({ page, client }) => {
    await page.goto('/outfits');
    await page.getByRole('button', { name: 'New outfit' }).click();
    await page.getByRole('menuitem', { name: /Blank outfit/ }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Velvet Bolero');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/outfits\/velvet_bolero\/edit$/i);
    const slug = /outfits\/([^/]+)\/edit/.exec(page.url())?.[1] ?? '';
    expect((await client.entities.get('outfits', slug)).name).toBe('Velvet Bolero');
    await page.goto('/outfits');
    await page.getByRole('button', { name: 'New outfit' }).click();
    await page.getByRole('menuitem', { name: /description/ }).click();
    await expect(page).toHaveURL('/llm/create?category=outfits');
  },
);

test(
  verifies('web.library-new', 'JSON becomes an entry; a fault is shown at its line and column'),
  async ({ page, client, complaints }) => {
    await page.goto('/scenes');
    await page.getByRole('button', { name: 'New scene' }).click();
    await page.getByRole('menuitem', { name: /From JSON/ }).click();
    const area = page.getByLabel('JSON of the scene');
    await area.fill('{\n  "scene_id": "glass_house"\n  "scene_name": "Glass house"\n}');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Line 3, column 3' })).toBeVisible();
    // The browser notes every refused request; this one was the point.
    complaints.length = 0;
    await area.fill('{\n  "scene_id": "glass_house",\n  "scene_name": "Glass house"\n}');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Glass house' })).toBeVisible();
    expect((await client.entities.get('scenes', 'glass_house')).filename).toBe('glass_house.json');
  },
);

test(
  verifies('web.library-new', 'JSON files that are dropped on a library are taken'),
  async ({ page, client }) => {
    await page.goto('/scenes');
    await expect(page.locator('.cards')).toBeVisible();
    const files = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      for (const id of ['dropped_a', 'dropped_b'])
        data.items.add(
          new File([JSON.stringify({ scene_id: id })], `${id}.json`, { type: 'application/json' }),
        );
      return data;
    });
    await page.dispatchEvent('.lib', 'dragenter', { dataTransfer: files });
    await page.dispatchEvent('.lib', 'drop', { dataTransfer: files });
    await expect(toast(page, '2 entries made')).toBeVisible();
    expect((await client.entities.get('scenes', 'dropped_b')).id).toBe('dropped_b');
  },
);

test(
  verifies(
    ['web.library-select', 'web.library-bulk'],
    'cards are chosen by mouse and keyboard, marked, exported, deleted and brought back',
  ),
  async ({ page, client }) => {
    const names = await makeStyles(client, 'Quilling', 4);
    const flags = async (key: 'is_favourite' | 'is_nsfw') =>
      (await client.library.list('styles', { q: 'Quilling', sort: 'name' })).items.map((item) => item[key]);
    await page.goto('/styles?q=quilling&sort=name');
    await card(page, 'Quilling 1').click({ modifiers: ['ControlOrMeta'] });
    await card(page, 'Quilling 3').click({ modifiers: ['Shift'] });
    await expect(chosen(page)).toContainText('3 chosen');
    await card(page, 'Quilling 2').focus();
    await page.keyboard.press('x');
    await expect(chosen(page)).toContainText('2 chosen');
    await expect(page.getByRole('checkbox', { name: 'Choose Quilling 2' })).toHaveAttribute(
      'aria-checked',
      'false',
    );

    await page.getByRole('button', { name: 'Make favourites' }).click();
    await expect(toast(page, /are marked as favourite/)).toBeVisible();
    expect(await flags('is_favourite')).toEqual([true, false, true, false]);
    await undo(page);
    await expect.poll(() => flags('is_favourite')).toEqual([false, false, false, false]);
    await page.getByRole('button', { name: 'Mark as NSFW' }).click();
    await expect(toast(page, /are marked as NSFW/)).toBeVisible();
    expect(await flags('is_nsfw')).toEqual([true, false, true, false]);

    await page.keyboard.press('ControlOrMeta+a');
    await expect(chosen(page)).toContainText('4 chosen');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as an archive' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('gaze-styles.zip');
    const archive = await readFile(await download.path(), 'latin1');
    for (const name of names) expect(archive).toContain(`"${name}"`);

    await page.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('Nothing matches')).toBeVisible();
    await expect(chosen(page)).toBeHidden();
    await undo(page);
    for (const name of names) await expect(card(page, name)).toBeVisible();
  },
);

test(
  verifies('web.library-select', 'on a phone a long press chooses, and the bar stays in reach'),
  async ({ browser, signedIn, stack, client }) => {
    await makeStyles(client, 'Marbling', 2);
    const context = await browser.newContext({
      storageState: signedIn,
      baseURL: stack.url,
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const page = await context.newPage();
    await page.goto('/styles?q=marbling');
    const first = card(page, 'Marbling 1');
    await first.dispatchEvent('pointerdown', { pointerType: 'touch', bubbles: true });
    await expect(chosen(page)).toContainText('1 chosen');
    await first.dispatchEvent('pointerup', { pointerType: 'touch', bubbles: true });
    await first.dispatchEvent('click');
    await expect(page).toHaveURL(/q=marbling/);
    await card(page, 'Marbling 2').tap();
    await expect(chosen(page)).toContainText('2 chosen');
    await page.getByRole('button', { name: 'Choose nothing' }).tap();
    await card(page, 'Marbling 2').tap();
    await expect(page).toHaveURL(/\/styles\/marbling_2$/i);
    await context.close();
  },
);

test(
  verifies('web.library-run', 'covers of a selection are one card of progress that survives a reload'),
  async ({ page, client }) => {
    await makeStyles(client, 'Stippling', 2);
    await client.queues.pause('image');
    try {
      await page.goto('/styles?q=stippling&sort=name');
      await card(page, 'Stippling 1').click({ modifiers: ['ControlOrMeta'] });
      await card(page, 'Stippling 2').click();
      await page.getByRole('button', { name: 'Generate covers' }).click();
      const run = page.getByRole('region', { name: 'Covers of 2 entries' });
      await expect(run).toContainText('0 of 2 done');
      await page.reload();
      await expect(run).toContainText('0 of 2 done');
      // What it says while it renders is gone again soon, so every change of it is written down.
      await run.evaluate((card) => {
        const said: string[] = [];
        Object.assign(window, { said });
        new MutationObserver(() => said.push(card.textContent)).observe(card, {
          ...{ childList: true, characterData: true, subtree: true },
        });
      });
      await client.queues.resume('image');
      await expect(run).toContainText('2 of 2 done', { timeout: 60_000 });
      const said = await page.evaluate(() => (window as unknown as { said: string[] }).said.join('\n'));
      expect(said).toMatch(/Now: Stippling [12]/);
      const { items } = await client.library.list('styles', { q: 'stippling' });
      expect(items.map(({ cover }) => cover?.kind)).toEqual(['own', 'own']);
      await run.getByRole('button', { name: 'Put this card away' }).click();
      await expect(run).toBeHidden();
      await page.reload();
      await expect(card(page, 'Stippling 1')).toBeVisible();
      await expect(run).toBeHidden();
    } finally {
      await client.queues.resume('image');
    }
  },
);

test(
  verifies('web.library-covers', 'covers are cleared after a question, and the missing ones are generated'),
  async ({ page, client }) => {
    const missing = async () => (await client.editing.missing('detailers')).items.length;
    await page.goto('/detailers');
    await expect(page.locator('.card').first()).toBeVisible();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: /Clear all covers/ }).click();
    await page.getByRole('button', { name: 'Clear the covers' }).click();
    await expect(toast(page, /covers? cleared/)).toBeVisible();
    const before = await missing();
    expect(before).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Generate missing covers' }).click();
    await expect(page.getByRole('region', { name: 'Missing covers of detailers' })).toContainText(
      `of ${before} done`,
    );
    await expect.poll(missing, { timeout: 90_000 }).toBe(0);
  },
);

for (const [device, width] of [
  ['a desk', 1440],
  ['a phone', 390],
] as const) {
  test(
    verifies('web.library-filters', `every filter narrows the library on ${device}`),
    async ({ page, client }) => {
      await page.setViewportSize({ width, height: 844 });
      const word = width === 390 ? 'Etchwork' : 'Frescowork';
      const [plain = '', nsfw = '', starred = '', lora = ''] = await makeStyles(client, word, 4);
      const slugOf = async (name: string) =>
        (await client.library.list('styles', { q: name })).items[0]?.slug ?? '';
      await client.editing.setNsfw('styles', await slugOf(nsfw), true);
      await client.entities.favourite('styles', await slugOf(starred), true);
      await client.editing.patch('styles', await slugOf(lora), {
        lora: { lora_name: 'Illustrious/Styles/nowhere.safetensors' },
        tags: { style_type: `${word} craft` },
      });
      const shows = async (...names: string[]) => {
        for (const name of [plain, nsfw, starred, lora]) {
          if (names.includes(name)) await expect(card(page, name)).toBeVisible();
          else await expect(card(page, name)).toBeHidden();
        }
      };
      const q = word.toLowerCase();
      await page.goto(`/styles?q=${q}`);
      await shows(plain, nsfw, starred, lora);
      const favourites = page.getByRole('button', { name: 'Favourites', exact: true });
      await favourites.click();
      await shows(starred);
      await favourites.click();
      await page.getByRole('button', { name: 'NSFW', exact: true }).click();
      await shows(nsfw);
      await page.getByRole('button', { name: 'SFW', exact: true }).click();
      await shows(plain, starred, lora);
      await page.goto(`/styles?q=${q}`);
      const has = page.getByRole('group', { name: 'Has' });
      await has.getByRole('button', { name: /^LoRA/ }).click();
      await shows(lora);
      await has.getByRole('button', { name: /^LoRA/ }).click();
      await has.getByRole('button', { name: /^No cover/ }).click();
      await shows(plain, nsfw, starred, lora);
      await page.goto(`/styles?q=${q}&tag=${encodeURIComponent(`style_type:${word} craft`)}`);
      await shows(lora);
      const craft = page.getByRole('button', { name: new RegExp(`^${word} craft`) });
      await expect(craft).toHaveAttribute('aria-pressed', 'true');
      await craft.click();
      await shows(plain, nsfw, starred, lora);
      await page.goto(`/styles?q=${q}&has_problem=on`);
      await expect(page.getByText('Nothing matches')).toBeVisible();
    },
  );
}

test(
  verifies(
    ['web.library-marks', 'web.problems'],
    'a card says what is wrong; faulty files are counted in the rail and over the library',
  ),
  async ({ page, client, stack }) => {
    const { entity } = await client.editing.create('looks', {
      name: 'Lost Veil',
      data: { positive: 'veil', lora: { lora_name: 'Illustrious/Looks/lost_veil.safetensors' } },
    });
    await page.goto('/looks?q=lost');
    await expect(page.getByText('LoRA missing')).toBeVisible();
    const file = path.join(stack.dataDir, 'looks', entity.filename);
    const text = await readFile(file, 'utf8');
    const extra = path.join(stack.dataDir, 'looks/not_json.json');
    try {
      await writeFile(file, text.replace('{', '{,'));
      await writeFile(extra, 'nothing');
      await expect(page.getByText('Problem', { exact: true })).toBeVisible();
      await expect(page.getByText(/2 files of this library have a fault/)).toBeVisible();
      await page.getByRole('button', { name: 'What is wrong' }).click();
      await expect(page.getByRole('dialog').getByText('not_json.json')).toBeVisible();
      await page.keyboard.press('Escape');
      await page
        .getByRole('navigation', { name: 'Studio' })
        .getByRole('link', { name: /Problems/ })
        .click();
      await expect(page).toHaveURL('/problems');
      await expect(page.getByText('not_json.json')).toBeVisible();
      await expect(page.getByText('line 1, column 2').first()).toBeVisible();
    } finally {
      await writeFile(file, text);
      await rm(extra);
    }
    await expect(page.getByText('not_json.json')).toBeHidden();
  },
);

test(
  verifies('web.library-marks', 'without a cover a card shows one of its own pictures at half strength'),
  async ({ page, client }) => {
    const { entity } = await client.editing.create('actions', {
      name: 'Folding paper',
      data: { action: { hands: 'folding paper' } },
    });
    const { jobs } = await client.entities.generate('actions', entity.slug, { cover: 'keep' });
    await expect
      .poll(async () => (await client.jobs.get(jobs[0]?.id ?? '')).status, { timeout: 60_000 })
      .toBe('done');
    await page.goto('/actions?q=folding');
    await expect(page.getByText('From its pictures')).toBeVisible();
    await expect(page.locator('.cover.half .art')).toHaveCSS('opacity', '0.5');
  },
);
