import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { Client } from '@gaze/client';
import { categoryList } from '@gaze/contracts';
import type { CategoryName, EntityData } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

/** An entry of this test's own; its id is its slug. */
async function make(client: Client, category: CategoryName, data: EntityData): Promise<string> {
  const id = `edited_${category}_${randomUUID().slice(0, 8)}`;
  const declaration = categoryList.find(({ name }) => name === category);
  const named = declaration && {
    ...{ [declaration.idField]: id, [declaration.nameField]: `Edited ${id.slice(-8)}` },
    ...data,
  };
  const { entity } = await client.editing.create(category, { data: named ?? data });
  return entity.slug;
}

const plain = {
  identity: { hair: 'red hair', eyes: 'green eyes' },
  wardrobe: { Festival: { top: 'red yukata' }, Home: { top: 'white shirt' } },
  lora: { lora_name: '', lora_weight: 1 },
  tags: { origin_series: 'Salt & Lanterns', nsfw: false },
  notes: { mine: [1, 2] },
};

async function open(page: Page, category: CategoryName, slug: string, tab = ''): Promise<void> {
  await page.goto(`/${category}/${slug}/edit${tab}`);
  await expect(page.getByRole('button', { name: /^Save/ })).toBeVisible();
}

const save = (page: Page) => page.getByRole('button', { name: /^Save/ });
const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const toast = (page: Page, text: string | RegExp) =>
  page.getByRole('region', { name: 'Messages' }).getByText(text);

test(
  verifies('web.edit-form', 'a form changes fields, keeps the rest, saves by key and takes a save back'),
  async ({ page, client }) => {
    const slug = await make(client, 'characters', plain);
    await open(page, 'characters', slug);
    await expect(save(page)).toBeDisabled();
    await field(page, 'Hair').fill('long hair, silver hair');
    await page.getByRole('switch', { name: 'NSFW' }).click();
    await expect(page.getByText('2 changes', { exact: true })).toBeVisible();
    await page.keyboard.press('Control+s');
    await expect(toast(page, /saved/)).toBeVisible();
    const saved = await client.entities.get('characters', slug);
    expect(saved.data).toMatchObject({
      identity: { hair: 'long hair, silver hair', eyes: 'green eyes' },
      tags: { origin_series: 'Salt & Lanterns', nsfw: true },
      notes: { mine: [1, 2] },
    });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(field(page, 'Hair')).toHaveValue('red hair');
    expect((await client.entities.get('characters', slug)).is_nsfw).toBe(false);
  },
);

test('what is changed in the form can be taken back field by field', async ({ page, client }) => {
  const slug = await make(client, 'characters', plain);
  await open(page, 'characters', slug);
  await field(page, 'Hair').fill('blue hair');
  await page.getByRole('button', { name: 'Hair: back to what is saved' }).click();
  await expect(field(page, 'Hair')).toHaveValue('red hair');
  await expect(page.getByText('No changes')).toBeVisible();
});

test('outfits are tabs, and a new one is filled in', async ({ page, client }) => {
  const slug = await make(client, 'characters', plain);
  await open(page, 'characters', slug);
  await page.getByRole('tab', { name: 'Home' }).click();
  await expect(field(page, 'Top')).toHaveValue('white shirt');
  await field(page, 'Top').fill('sweater');
  await page.getByRole('button', { name: 'Outfit', exact: true }).click();
  await field(page, 'Name of the new outfit').fill('Winter');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: 'Winter' })).toHaveAttribute('aria-selected', 'true');
  await field(page, 'Headwear').fill('fur hat');
  await page.keyboard.press('Control+s');
  await expect(toast(page, /saved/)).toBeVisible();
  expect((await client.entities.get('characters', slug)).data.wardrobe).toMatchObject({
    Festival: { top: 'red yukata' },
    Home: { top: 'sweater' },
    Winter: { headwear: 'fur hat', top: '' },
  });
});

test(
  verifies('web.edit-faults', 'a fault stands at its field in a sentence, and nothing typed is lost'),
  async ({ page, client }) => {
    const slug = await make(client, 'checkpoints', { steps: 20 });
    await open(page, 'checkpoints', slug);
    await field(page, 'Steps').fill('many');
    await field(page, 'CFG').fill('900');
    await expect(page.getByText('«many» is no number. Write one such as 0.8.')).toBeVisible();
    await expect(page.getByText('This must be a number from 0 to 100.')).toBeVisible();
    await field(page, 'CFG').press('Control+s');
    await expect(field(page, 'Steps')).toBeFocused();
    await expect(field(page, 'Steps')).toHaveValue('many');
    await field(page, 'Steps').fill('30');
    await field(page, 'CFG').fill('4,5');
    await page.keyboard.press('Control+s');
    await expect(toast(page, /saved/)).toBeVisible();
    expect((await client.entities.get('checkpoints', slug)).data).toMatchObject({ steps: 30, cfg: 4.5 });
  },
);

test(
  verifies('web.edit-checkpoint', 'a checkpoint takes sampler and scheduler from what the hosts have'),
  async ({ page, client }) => {
    const slug = await make(client, 'checkpoints', {});
    await open(page, 'checkpoints', slug);
    await page.getByRole('button', { name: 'Sampler', exact: true }).click();
    await page
      .getByRole('option', { name: /^euler\b/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Scheduler', exact: true }).click();
    await page.getByPlaceholder('Scheduler').fill('karr');
    await page.getByRole('option', { name: 'karras' }).click();
    await page.getByRole('button', { name: 'Workflow', exact: true }).click();
    await page.getByRole('option', { name: 'plain' }).click();
    await field(page, 'Base prompt').fill('masterpiece');
    await page.keyboard.press('Control+s');
    await expect(toast(page, /saved/)).toBeVisible();
    expect((await client.entities.get('checkpoints', slug)).data).toMatchObject({
      ...{ sampler_name: 'euler', scheduler: 'karras', workflow: 'plain', base_positive: 'masterpiece' },
    });
  },
);

test('a LoRA is chosen among the files that are known; a look is linked to its character', async ({
  page,
  client,
}) => {
  const slug = await make(client, 'looks', { character_id: '', positive: 'coat' });
  const [known] = (await client.models.list({ kind: 'lora', category: 'looks', limit: 1 })).items;
  if (known === undefined) throw new Error('No LoRA is known.');
  await open(page, 'looks', slug);
  await page.getByRole('button', { name: 'Character', exact: true }).click();
  await page.getByPlaceholder('Find characters').fill('marrow');
  await page.getByRole('option', { name: /Elke Marrow/ }).click();
  await expect(page.getByRole('button', { name: 'Character', exact: true })).toContainText('Elke Marrow');
  await page.getByRole('button', { name: 'File', exact: true }).click();
  await page
    .getByRole('option', { name: new RegExp(known.name.split('/').at(-1) ?? '') })
    .first()
    .click();
  await field(page, 'Weight').fill('0.75');
  await page.keyboard.press('Control+s');
  await expect(toast(page, /saved/)).toBeVisible();
  expect((await client.entities.get('looks', slug)).data).toMatchObject({
    character_id: 'elke_marrow',
    lora: { lora_name: known.name, lora_weight: 0.75 },
  });
});

test(
  verifies('web.edit-preset', 'a preset is built from pickers, each field in, out or left to the draw'),
  async ({ page, client }) => {
    const slug = await make(client, 'presets', {});
    await open(page, 'presets', slug);
    await page.getByRole('button', { name: 'Character', exact: true }).click();
    await page.getByRole('option', { name: /Elke Marrow/ }).click();
    const elke = page.getByRole('group', { name: 'Character: Elke Marrow' });
    await elke.getByRole('button', { name: /^hair / }).click();
    await elke.getByRole('button', { name: /^eyes / }).click();
    await elke.getByRole('button', { name: /^eyes / }).click();
    await elke.getByRole('button', { name: /^Outfit:/ }).click();
    await page.getByRole('menuitem', { name: 'Festival' }).click();
    await page.getByRole('button', { name: 'Scene', exact: true }).click();
    await page.getByRole('option', { name: /^Random/ }).click();
    await page
      .getByRole('group', { name: /^Scene/ })
      .getByRole('switch', { name: 'LoRA' })
      .click();
    await field(page, 'Width').fill('833');
    await expect(page.getByText('This must be a multiple of 8 from 64 to 8192.')).toBeVisible();
    await field(page, 'Width').fill('832');
    await page.keyboard.press('Control+s');
    await expect(toast(page, /saved/)).toBeVisible();
    const { data } = await client.entities.get('presets', slug);
    expect(data).toMatchObject({
      character: {
        ...{ character_id: 'elke_marrow', use_lora: true, outfit: 'Festival' },
        fields: { identity: { hair: false, eyes: 'random' } },
      },
      scene: { scene_id: '__random__', use_lora: false },
      width: 832,
    });
  },
);

test(verifies('web.edit-leave', 'leaving asks while something is not saved'), async ({ page, client }) => {
  const slug = await make(client, 'characters', plain);
  await open(page, 'characters', slug);
  await field(page, 'Hair').fill('blue hair');
  await page
    .getByRole('link', { name: /^Styles/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Stay' }).click();
  await expect(field(page, 'Hair')).toHaveValue('blue hair');
  await page
    .getByRole('link', { name: /^Styles/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Save and leave' }).click();
  await expect(page).toHaveURL(/\/styles$/);
  expect((await client.entities.get('characters', slug)).data.identity).toMatchObject({ hair: 'blue hair' });
});

test(
  verifies('web.edit-json', 'the JSON tab has the file’s own text, and names a fault with its line'),
  async ({ page, client, stack }) => {
    const slug = await make(client, 'scenes', { scene: { background: 'forest' } });
    const file = path.join(stack.dataDir, 'scenes', `${slug}.json`);
    const text = `{\n    "scene_id": "${slug}",\n    "scene": { "background": "forest", "lighting": "dusk" },\n\n    "mine": 1.0\n}\n`;
    await writeFile(file, text);
    await expect.poll(async () => (await client.editing.text('scenes', slug)).text).toBe(text);
    await open(page, 'scenes', slug, '?tab=json');
    const json = page.getByRole('textbox', { name: /^JSON of/ });
    await expect(json).toHaveValue(text);
    await json.fill(text.replace('"forest"', '5'));
    await page.getByRole('button', { name: /3:30.*Background.*must be text/ }).click();
    expect(await json.evaluate((area: HTMLTextAreaElement) => area.selectionStart)).toBe(
      text.indexOf('"forest"'),
    );
    await json.fill(text.replace('"dusk" },', '"dusk" }'));
    await expect(page.getByRole('button', { name: /5:5.*comma/ })).toBeVisible();
    await page.getByRole('button', { name: 'Form' }).click();
    await expect(page.getByText('The JSON has a fault, so there is no form to show')).toBeVisible();
    await page.getByRole('button', { name: 'Discard' }).click();
    await field(page, 'Background').fill('pine forest');
    await page.keyboard.press('Control+s');
    await expect(toast(page, /saved/)).toBeVisible();
    expect(await readFile(file, 'utf8')).toBe(text.replace('"forest"', '"pine forest"'));
  },
);

test(
  verifies(
    'web.edit-conflict',
    'edits of other fields come in by themselves; of the same one a person decides',
  ),
  async ({ page, client }) => {
    const slug = await make(client, 'characters', plain);
    await open(page, 'characters', slug);
    await field(page, 'Hair').fill('mine hair');
    await client.editing.patch('characters', slug, { identity: { eyes: 'their eyes' } });
    await expect(toast(page, /Identity › Eyes came in/)).toBeVisible();
    await expect(field(page, 'Eyes')).toHaveValue('their eyes');
    await expect(field(page, 'Hair')).toHaveValue('mine hair');

    await client.editing.patch('characters', slug, { identity: { hair: 'their hair', legs: 'long legs' } });
    await expect(page.getByText('Somebody else changed the same fields meanwhile')).toBeVisible();
    await field(page, 'Feet').fill('mine feet');
    await save(page).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('group', { name: 'Identity › Hair' })).toContainText('It was: red hair');
    await dialog.getByRole('radio', { name: /Theirs/ }).check();
    await dialog.getByRole('button', { name: 'Save this' }).click();
    await expect(toast(page, /saved/)).toBeVisible();
    await expect(field(page, 'Hair')).toHaveValue('their hair');
    expect((await client.entities.get('characters', slug)).data.identity).toMatchObject({
      ...{ hair: 'their hair', eyes: 'their eyes', legs: 'long legs', feet: 'mine feet' },
    });
    await expect(page.getByText('No changes')).toBeVisible();
  },
);

test('an edit that lands just before a save goes into it, or is shown beside it', async ({
  page,
  client,
  complaints,
}) => {
  const slug = await make(client, 'characters', plain);
  await open(page, 'characters', slug);
  const others: EntityData[] = [{ identity: { legs: 'their legs' } }, { identity: { hair: 'their hair' } }];
  await page.route('**/text', async (route) => {
    const other = route.request().method() === 'PUT' ? others.shift() : undefined;
    if (other !== undefined) await client.editing.patch('characters', slug, other);
    await route.continue();
  });
  await field(page, 'Hair').fill('first hair');
  await page.keyboard.press('Control+s');
  await expect(toast(page, 'Others had changed Identity › Legs: that is in it, too.')).toBeVisible();
  await expect(field(page, 'Legs')).toHaveValue('their legs');

  await field(page, 'Hair').fill('second hair');
  await page.keyboard.press('Control+s');
  const group = page.getByRole('dialog').getByRole('group', { name: 'Identity › Hair' });
  await expect(group).toContainText('their hair');
  await expect(group.getByRole('radio', { name: /Mine/ })).toBeChecked();
  await page.getByRole('button', { name: 'Save this' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByText('No changes')).toBeVisible();
  expect((await client.entities.get('characters', slug)).data.identity).toMatchObject({
    ...{ hair: 'second hair', legs: 'their legs', eyes: 'green eyes' },
  });
  // the browser itself notes an answer of 409; the page has nothing to complain of
  expect(complaints.splice(0)).toEqual([expect.stringContaining('409')]);
});

test(
  verifies('web.tags', 'tags are completed by name and alias, weighed by key, selected whole, pasted once'),
  async ({ page, client, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const slug = await make(client, 'characters', plain);
    await open(page, 'characters', slug);
    const hair = field(page, 'Hair');
    await hair.press('Control+End');
    await hair.pressSequentially(', longhai');
    const list = page.getByRole('listbox', { name: 'Tags' });
    await expect(list.getByRole('option').first()).toHaveText(/long hair\s*longhair/);
    await expect(list.getByRole('option').first()).toHaveText(/M/);
    await hair.press('Enter');
    await expect(hair).toHaveValue('red hair, long hair, ');
    await expect(list).toBeHidden();
    await hair.pressSequentially('blue ey');
    await expect(list).toBeVisible();
    await hair.press('Escape');
    await expect(list).toBeHidden();
    await hair.fill('red hair, long hair');
    await hair.press('Control+End');
    await hair.press('Control+ArrowUp');
    await hair.press('Control+ArrowUp');
    await expect(hair).toHaveValue('red hair, (long hair:1.1)');
    await hair.press('Control+ArrowDown');
    await hair.press('Control+ArrowDown');
    await expect(hair).toHaveValue('red hair, long hair');
    await hair.dblclick({ position: { x: 12, y: 8 } });
    expect(
      await hair.evaluate((area: HTMLTextAreaElement) =>
        area.value.slice(area.selectionStart, area.selectionEnd),
      ),
    ).toBe('red hair');

    await hair.press('Control+End');
    await page.evaluate(() =>
      navigator.clipboard.writeText('1girl, RED_HAIR, closed eyes,\nblack boots, watercolor, strange word'),
    );
    await hair.press('Control+v');
    await expect(hair).toHaveValue(
      'red hair, long hair, 1girl, closed eyes, black boots, watercolor, strange word',
    );
    await page.getByRole('button', { name: 'Sort into the fields' }).click();
    await expect(hair).toHaveValue('red hair, long hair, strange word');
    await expect(field(page, 'Base')).toHaveValue('1girl');
    await expect(field(page, 'Eyes')).toHaveValue('green eyes, closed eyes');
    await expect(field(page, 'Footwear')).toHaveValue('black boots');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(field(page, 'Eyes')).toHaveValue('green eyes');
  },
);

test('every category has a form without a fault', async ({ page, client }) => {
  for (const { name, sections } of categoryList) {
    const [first] = (await client.library.list(name, { limit: 1 })).items;
    await open(page, name, first?.slug ?? '');
    await expect(page.getByText('No changes')).toBeVisible();
    await expect(page.locator('[aria-invalid="true"]')).toHaveCount(0);
    for (const { label } of sections)
      await expect(page.getByRole('heading', { name: label }).first()).toBeVisible();
  }
});

test('a file that is broken on disk is shown with its place and not written to', async ({
  page,
  client,
  stack,
}) => {
  const slug = await make(client, 'styles', { style: { artist_name: 'nobody' } });
  const file = path.join(stack.dataDir, 'styles', `${slug}.json`);
  await writeFile(file, (await readFile(file, 'utf8')).replace('{', '{,'));
  await open(page, 'styles', slug);
  await expect(page.getByText('Its file has a fault, and GAZE does not write to such a file')).toBeVisible();
  await expect(save(page)).toBeDisabled();
  await writeFile(file, (await readFile(file, 'utf8')).replace('{,', '{'));
  await expect(field(page, 'Artist name')).toHaveValue('nobody');
});

test('an entry that is deleted meanwhile says so, and its page goes on when it is back', async ({
  page,
  client,
  complaints,
}) => {
  const slug = await make(client, 'styles', { style: { artist_name: 'nobody' } });
  await open(page, 'styles', slug);
  await field(page, 'Artist name').fill('somebody');
  const { trash_id } = await client.editing.remove('styles', slug);
  await expect(page.getByText('It is not in the library any more')).toBeVisible();
  await expect(save(page)).toBeDisabled();
  await client.editing.restore(trash_id);
  await expect(save(page)).toBeEnabled();
  await expect(field(page, 'Artist name')).toHaveValue('somebody');
  // the browser itself notes each answer of 404; the page has nothing to complain of
  expect(complaints.splice(0).filter((text) => !text.includes('404'))).toEqual([]);
});
