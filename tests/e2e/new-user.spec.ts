import type { Page } from '@playwright/test';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

const name = 'Moira Fenn';
/** A word of its prompt that no other entry has. */
const word = 'moonquartz';

/** Two slow cores and the other work of the stack: what renders may take its time. */
const slow = { timeout: 120_000 };
const heading = (page: Page) => page.getByRole('heading', { level: 1, name });
const messages = (page: Page) => page.getByRole('region', { name: 'Messages' });
const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const to = (page: Page, link: string | RegExp) => page.getByRole('link', { name: link }).first().click();

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Save/ }).click();
  await expect(page.getByText('No changes', { exact: true })).toBeVisible();
}

async function makeCharacter(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'New character' }).click();
  await page.getByRole('menuitem', { name: /Blank character/ }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/characters/moira_fenn/edit');
  await field(page, 'Series').fill('Made by hand');
  await field(page, 'Hair').fill(`${word} hair, long hair`);
  await field(page, 'Eyes').fill('grey eyes');
  await field(page, 'File').click();
  await page.getByPlaceholder('LoRA files').fill('elke_marrow');
  await page.getByRole('option', { name: /^elke_marrow_v2/ }).click();
  await expect(field(page, 'File')).toContainText('elke_marrow_v2');
  await save(page);
}

async function openFromLibrary(page: Page): Promise<void> {
  await to(page, 'Characters');
  await page.getByPlaceholder(/Filter/).fill(name);
  await expect(page).toHaveURL(/\/characters\?q=Moira/);
  await page.getByRole('link', { name, exact: true }).click();
  await expect(heading(page)).toBeVisible();
}

async function dress(page: Page): Promise<void> {
  await openFromLibrary(page);
  await page.getByRole('button', { name: 'Add an outfit' }).click();
  await page.getByRole('menuitem', { name: /Empty outfit/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the outfit').fill('Harbour');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await expect(page.getByRole('tab', { name: 'Harbour' })).toHaveAttribute('aria-selected', 'true');
  await to(page, 'Fill it in');
  await expect(page.getByRole('tab', { name: 'Harbour' })).toHaveAttribute('aria-selected', 'true');
  await field(page, 'Top').fill('oilskin coat');
  await save(page);
  await to(page, name);
  await expect(page.getByRole('button', { name: /top oilskin coat/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Main' })).toContainText('oilskin coat');
}

async function renderFour(page: Page): Promise<void> {
  const more = page.getByRole('group', { name: 'How many pictures' }).getByRole('button', { name: 'More' });
  const pictures = page.getByRole('spinbutton', { name: 'Pictures' });
  for (const count of ['2', '3', '4']) {
    await more.click();
    await expect(pictures).toHaveText(count);
  }
  await page.getByRole('button', { name: 'Generate 4 pictures' }).click();
  await expect(page.getByRole('link', { name: 'All 4 pictures in the gallery' })).toBeVisible(slow);
}

/** The newest picture that is not the cover becomes it. */
async function chooseCover(page: Page): Promise<void> {
  const strip = page.getByRole('group', { name: 'Its pictures' });
  await expect(strip.getByRole('button', { name: 'What renders now' })).toHaveCount(0, slow);
  const one = strip.getByRole('button', { name: /^Picture \d+$/ }).first();
  const label = (await one.getAttribute('aria-label')) ?? '';
  await one.click();
  await page.getByRole('button', { name: 'Use as cover' }).click();
  await expect(messages(page).getByText(`Cover of ${name} changed`)).toBeVisible();
  await expect(strip.getByRole('button', { name: `${label}, the cover` })).toBeVisible();
}

async function sweepLora(page: Page): Promise<void> {
  await to(page, 'Strengths');
  await page.getByRole('spinbutton', { name: 'From', exact: true }).fill('0.4');
  await page.getByRole('spinbutton', { name: 'To', exact: true }).fill('0.8');
  await page.getByRole('spinbutton', { name: 'Step', exact: true }).fill('0.2');
  await page.getByRole('button', { name: 'Render 3 pictures' }).click();
  const strip = page.getByRole('list', { name: /Weights/ });
  await expect(strip.getByRole('button')).toHaveText(['0.40', '0.60', '0.80']);
  await expect(strip.getByRole('img')).toHaveCount(3, slow);
  await strip.getByRole('button', { name: '0.60' }).click();
  await page.getByRole('button', { name: 'Save 0.60 as its weight' }).click();
  await expect(messages(page).getByRole('button', { name: 'Undo' }).last()).toBeVisible();
}

/** Its own pictures, whatever else the gallery has. */
const tiles = (page: Page) => page.locator(`.ph[data-id][aria-label^="${name}"]`);

async function findByWord(page: Page): Promise<void> {
  await to(page, /^Gallery/);
  await page.getByRole('button', { name: 'Words in the prompt' }).click();
  await page.getByPlaceholder('Words in the prompt').fill(word);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(word));
  await expect(tiles(page).first()).toBeVisible();
}

async function deleteAndRestore(page: Page): Promise<void> {
  const id = (await tiles(page).first().getAttribute('data-id')) ?? '';
  const picture = page.locator(`.ph[data-id="${id}"]`);
  await picture.click();
  await page.getByRole('dialog').getByRole('button', { name: 'To the trash' }).click();
  await expect(page).not.toHaveURL(new RegExp(`image=${id}`));
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(picture).toHaveCount(0);
  await to(page, 'Trash');
  await picture.click();
  await page
    .getByRole('toolbar', { name: 'With the chosen pictures' })
    .getByRole('button', { name: 'Restore' })
    .click();
  await expect(messages(page).getByText('1 picture back in the gallery')).toBeVisible();
  await expect(picture).toHaveCount(0);
  await findByWord(page);
  await expect(picture).toBeVisible();
}

test(
  verifies(
    'web.new-user',
    'a character with an outfit, four pictures, a cover, a find by a word, a sweep, the trash and back: by the page alone',
  ),
  async ({ page, client }) => {
    test.setTimeout(360_000);
    await makeCharacter(page);
    await dress(page);
    await renderFour(page);
    await chooseCover(page);
    await findByWord(page);
    await expect(tiles(page)).toHaveCount(4);
    await openFromLibrary(page);
    await sweepLora(page);
    await findByWord(page);
    await deleteAndRestore(page);

    const made = await client.entities.get('characters', 'moira_fenn');
    expect(made).toMatchObject({ name, active_outfit: 'Harbour', cover: { kind: 'own' } });
    expect(made.data).toMatchObject({
      wardrobe: { Harbour: { top: 'oilskin coat' } },
      lora: { lora_name: expect.stringContaining('elke_marrow_v2'), lora_weight: 0.6 },
    });
  },
);
