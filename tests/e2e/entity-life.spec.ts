import type { Locator, Page, Request } from '@playwright/test';
import type { Client } from '@gaze/client';
import type { CategoryName } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const messages = (page: Page) => page.getByRole('region', { name: 'Messages' });
const undo = (page: Page) => messages(page).getByRole('button', { name: 'Undo' }).last().click();
const menu = async (page: Page, entry: string | RegExp) => {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: entry }).click();
};
const isThere = async (client: Client, category: CategoryName, slug: string) =>
  client.entities.get(category, slug).then(
    () => true,
    () => false,
  );

async function makeCharacter(client: Client, id: string, name: string): Promise<void> {
  await client.editing.create('characters', {
    id,
    data: {
      character_id: id,
      character_name: name,
      identity: { base_specs: '1girl', hair: 'grey hair' },
      wardrobe: { default: { top: 'linen shirt' }, Evening: { top: 'black dress' } },
      tags: { origin_series: 'Made up', nsfw: false },
    },
  });
}

test(
  verifies('web.entity-clone', 'a clone opens, and is gone again after an undo'),
  async ({ page, client }) => {
    await makeCharacter(client, 'twin_01', 'Twin');
    await page.goto('/characters/twin_01');
    await page.getByRole('button', { name: 'Clone' }).click();
    await expect(heading(page, 'Twin (Copy)')).toBeVisible();
    await expect(page).toHaveURL('/characters/twin_02');
    await undo(page);
    await expect(page).toHaveURL('/characters/twin_01');
    await expect.poll(() => isThere(client, 'characters', 'twin_02')).toBe(false);
  },
);

test(
  verifies('web.entity-rename', 'a rename says what moves, and leads to the new address'),
  async ({ page, client }) => {
    await makeCharacter(client, 'first_name', 'First Name');
    await client.editing.create('looks', { name: 'A look of hers', data: { character_id: 'first_name' } });
    await page.goto('/characters/first_name');
    await menu(page, /Rename/);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Second Name');
    await expect(dialog.getByText('File and address stay as they are.')).toBeVisible();
    await dialog.getByLabel('Id', { exact: true }).fill('second_name');
    await expect(dialog).toContainText('characters/first_name.json → second_name.json');
    await expect(dialog).toContainText('1 look that names this character');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    await expect(page).toHaveURL('/characters/second_name');
    await expect(heading(page, 'Second Name')).toBeVisible();
    await undo(page);
    await expect(page).toHaveURL('/characters/first_name');
    await expect(heading(page, 'First Name')).toBeVisible();
  },
);

test(
  verifies(
    'web.menu-focus',
    'a dialog that a menu opens has the focus in its first field, or on Cancel, and gives it back; a page that it leads to takes it',
  ),
  async ({ page, client }) => {
    await makeCharacter(client, 'focus_friend', 'Focus Friend');
    const more = page.getByRole('button', { name: 'More actions' });
    const dialog = page.getByRole('dialog');
    const focused = (element: Locator) => expect(element).toBeFocused();

    await page.goto('/characters/focus_friend');
    await menu(page, /Rename/);
    await focused(dialog.getByLabel('Name'));
    await page.keyboard.type('!');
    await expect(dialog.getByLabel('Name')).toHaveValue('Focus Friend!');
    await page.keyboard.press('Escape');
    await focused(more);
    await page.keyboard.press('ArrowDown');
    await focused(page.getByRole('menu'));
    for (const entry of [/Copy prompts/, /Rename/, /Transfer/]) {
      await page.keyboard.press('ArrowDown');
      await focused(page.getByRole('menuitem', { name: entry }));
    }
    await page.keyboard.press('Enter');
    await focused(dialog.getByLabel('Name'));
    await page.keyboard.press('Escape');
    await focused(more);
    await menu(page, 'Coverage');
    await expect(page).toHaveURL('/characters/focus_friend/coverage');
    await focused(page.getByRole('main'));

    await page.goto('/characters');
    await page.getByRole('button', { name: 'New character' }).click();
    await page.getByRole('menuitem', { name: 'From JSON' }).click();
    await focused(dialog.getByLabel('JSON of the character'));
    await page.keyboard.press('Escape');
    await focused(page.getByRole('button', { name: 'New character' }));
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Clear all covers' }).click();
    await focused(dialog.getByRole('button', { name: 'Cancel' }));
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Trash' }).click();
    await expect(page).toHaveURL('/trash?category=characters');
    await focused(page.getByRole('main'));
    // a field that is typed into keeps the focus while the address follows
    await page.goto('/characters');
    await expect(page.getByRole('article').first()).toBeVisible();
    await page.keyboard.press('/');
    await focused(page.getByLabel('Filter by name or tag'));
    await page.keyboard.type('focus fr');
    await expect(page).toHaveURL(/focus/);
    await focused(page.getByLabel('Filter by name or tag'));
  },
);

test(
  verifies(
    'web.missing-once',
    'an entry that is not there is asked for once, on its page and on its edit page',
  ),
  async ({ page, complaints }) => {
    for (const [address, entry] of [
      ['/characters/nobody_at_all', '/library/characters/nobody_at_all'],
      ['/checkpoints/nothing/edit', '/library/checkpoints/nothing'],
    ] as const) {
      const asked: string[] = [];
      const note = (request: Request) => {
        if (request.url().includes(entry)) asked.push(request.url());
      };
      page.on('request', note);
      const stands = page.waitForEvent('websocket').then((socket) => socket.waitForEvent('framereceived'));
      await page.goto(address);
      await stands;
      await expect(page.getByRole('heading', { name: /There is no/ })).toBeVisible();
      // the frame loads again once the socket stands, and so would the page
      await page.waitForLoadState('networkidle');
      expect(asked).toHaveLength(1);
      page.off('request', note);
    }
    // the browser notes each refused request; these were the point
    expect(complaints).toHaveLength(2);
    complaints.length = 0;
  },
);

test(
  verifies(
    'web.tray-beside',
    'the tray leaves Generate free on a page that renders, and does not come along',
  ),
  async ({ page, client }) => {
    await makeCharacter(client, 'tray_friend', 'Tray Friend');
    const tray = page.getByRole('region', { name: 'Job tray' });
    const generate = page.getByRole('button', { name: /^Generate a picture/ });
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto('/characters/tray_friend');
    await expect(heading(page, 'Tray Friend')).toBeVisible();
    for (const [keys, address] of [
      ['', '/characters/tray_friend'],
      ['gm', '/generator'],
    ] as const) {
      for (const key of keys) await page.keyboard.press(key);
      await expect(page).toHaveURL(address);
      await expect(tray).toBeHidden();
      await page.keyboard.press('t');
      await expect(tray).toBeVisible();
      const [above, panel] = [
        await tray.boundingBox(),
        await page.getByLabel('Generate', { exact: true }).boundingBox(),
      ];
      expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(panel?.y ?? 0);
      await generate.click({ trial: true });
    }
  },
);

test(
  verifies(
    ['web.cover-undo', 'web.export-said'],
    'a cover that is none of the shown pictures comes back by an undo; an exported file is named',
  ),
  async ({ page, client }) => {
    await makeCharacter(client, 'cover_friend', 'Cover Friend');
    await page.goto('/characters');
    const bytes = Buffer.from(await samplePicture(page), 'base64');
    await client.editing.uploadCover('characters', 'cover_friend', new Blob([bytes], { type: 'image/png' }));
    const before = (await client.entities.get('characters', 'cover_friend')).cover;
    expect(before?.kind).toBe('own');
    await page.route('**/api/v1/library/characters/cover_friend', async (route) => {
      const response = await route.fetch();
      const entity = (await response.json()) as object;
      await route.fulfill({ response, json: { ...entity, images: [] } });
    });
    await page.goto('/characters/cover_friend');
    await menu(page, 'Clear cover');
    await expect(messages(page).getByText('Cover Friend has no cover any more')).toBeVisible();
    expect((await client.entities.get('characters', 'cover_friend')).cover?.kind).not.toBe('own');
    await undo(page);
    await expect
      .poll(async () => (await client.entities.get('characters', 'cover_friend')).cover)
      .toEqual(before);

    const saved = page.waitForEvent('download');
    await menu(page, 'Export the file');
    expect((await saved).suggestedFilename()).toBe('cover_friend.json');
    await expect(messages(page).getByText('cover_friend.json is saved')).toBeVisible();
  },
);

test(
  verifies('web.entity-transfer', 'a transfer shows what is carried over before it is made'),
  async ({ page, client }) => {
    await client.editing.create('outfits', {
      id: 'sea_cloak',
      data: {
        ...{ outfit_id: 'sea_cloak', outfit_name: 'Sea cloak' },
        wardrobe: { top: 'long cloak', footwear: 'sea boots' },
      },
    });
    await page.goto('/outfits/sea_cloak');
    await menu(page, /Transfer/);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'Style' }).click();
    await expect(dialog).toContainText('long cloak, sea boots');
    await dialog.getByRole('radio', { name: 'Character' }).click();
    await expect(dialog.getByRole('term').filter({ hasText: 'footwear' })).toBeVisible();
    await dialog.getByRole('button', { name: 'Into the trash' }).click();
    await dialog.getByRole('button', { name: 'Transfer' }).click();
    await expect(page).toHaveURL('/characters/sea_cloak');
    expect(await isThere(client, 'outfits', 'sea_cloak')).toBe(false);
    await undo(page);
    await expect(page).toHaveURL('/outfits/sea_cloak');
    await expect(heading(page, 'Sea cloak')).toBeVisible();
    expect(await isThere(client, 'characters', 'sea_cloak')).toBe(false);
  },
);

test(
  verifies(
    ['web.entity-delete', 'web.trash'],
    'Delete goes to the trash with an undo; from the trash it comes back, or goes for good after a question',
  ),
  async ({ page, client }) => {
    await makeCharacter(client, 'goner', 'Goner');
    await page.goto('/characters/goner');
    await expect(heading(page, 'Goner')).toBeVisible();
    await page.keyboard.press('Delete');
    await expect(page).toHaveURL('/characters');
    await undo(page);
    await expect.poll(() => isThere(client, 'characters', 'goner')).toBe(true);
    await page.goto('/characters/goner');
    await menu(page, 'Delete Del');
    await expect(page).toHaveURL('/characters');

    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Trash' }).click();
    await expect(page).toHaveURL('/trash?category=characters');
    await expect(page.getByRole('link', { name: 'Pictures' })).toHaveAttribute('href', '/gallery?view=trash');
    await page.getByRole('button', { name: 'Restore Goner' }).click();
    await expect(messages(page).getByText('Goner is back')).toBeVisible();
    expect(await isThere(client, 'characters', 'goner')).toBe(true);

    // Deleted elsewhere, it shows here without a reload.
    await client.editing.remove('characters', 'goner');
    await page.getByRole('button', { name: 'Delete Goner for good' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click();
    await expect(page.getByRole('button', { name: 'Restore Goner' })).toBeHidden();
    const { items } = await client.editing.trash({ category: 'characters' });
    expect(items.map(({ slug }) => slug)).not.toContain('goner');
  },
);

test(
  verifies('web.entity-delete', 'with its model file only after its name was typed; a refusal says why'),
  async ({ page, client, complaints }) => {
    await client.editing.create('looks', {
      id: 'sheer',
      data: {
        ...{ look_id: 'sheer', look_name: 'Sheer', positive: 'sheer' },
        lora: { lora_name: 'Illustrious/Looks/sheer.safetensors' },
      },
    });
    await page.goto('/looks/sheer');
    await menu(page, /Delete with its model file/);
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('sheer.safetensors moves into the trash of its folder');
    const go = dialog.getByRole('button', { name: 'Delete both' });
    await expect(go).toBeDisabled();
    await dialog.getByLabel('Type Sheer to go on').fill('Sheer');
    await go.click();
    // The stack has no LoRA folder, so the file cannot go along, and nothing is deleted at all.
    await expect(messages(page).getByText('Not deleted: Sheer')).toBeVisible();
    expect(await isThere(client, 'looks', 'sheer')).toBe(true);
    complaints.length = 0;
  },
);

test(
  verifies('web.entity-marks', 'favourite and NSFW from the page, by menu and by key, each with an undo'),
  async ({ page, client }) => {
    await makeCharacter(client, 'marked', 'Marked');
    const entity = () => client.entities.get('characters', 'marked');
    await page.goto('/characters/marked');
    await expect(heading(page, 'Marked')).toBeVisible();
    await page.keyboard.press('f');
    await expect.poll(async () => (await entity()).is_favourite).toBe(true);
    await menu(page, 'Mark as NSFW');
    await expect(messages(page).getByText('Marked is marked as NSFW')).toBeVisible();
    expect((await entity()).is_nsfw).toBe(true);
    await undo(page);
    await expect.poll(async () => (await entity()).is_nsfw).toBe(false);
    await page.keyboard.press('?');
    for (const label of ['Edit', 'Favourite', 'History', 'Delete'])
      await expect(page.getByRole('dialog').getByText(label, { exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await expect(page).toHaveURL('/characters/marked/edit');
  },
);

test(
  verifies(
    'web.entity-cover',
    'a picture that is dropped on the stage becomes the cover; after an undo it is one of its pictures',
  ),
  async ({ page, client }) => {
    await makeCharacter(client, 'framed', 'Framed');
    await page.goto('/characters/framed');
    await expect(heading(page, 'Framed')).toBeVisible();
    const base64 = await samplePicture(page);
    const files = await page.evaluateHandle((data) => {
      const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], 'cover.png', { type: 'image/png' }));
      return transfer;
    }, base64);
    await page.dispatchEvent('.stage', 'dragenter', { dataTransfer: files });
    await expect(page.getByText('Drop it to make it the cover')).toBeVisible();
    await page.dispatchEvent('.stage', 'drop', { dataTransfer: files });
    await expect(messages(page).getByText('Framed has a new cover')).toBeVisible();
    expect((await client.entities.get('characters', 'framed')).cover?.kind).toBe('own');
    await undo(page);
    await expect
      .poll(async () => (await client.entities.get('characters', 'framed')).cover?.kind)
      .toBe('fallback');
  },
);

test(
  verifies('web.entity-history', 'the history tells who changed what, tag by tag, and goes back and forth'),
  async ({ page, client }) => {
    await makeCharacter(client, 'changed', 'Changed');
    await client.editing.patch('characters', 'changed', { identity: { hair: 'grey hair, long hair' } });
    const hair = async () =>
      ((await client.entities.get('characters', 'changed')).data['identity'] as { hair: string }).hair;
    await page.goto('/characters/changed');
    await menu(page, /History/);
    await expect(page).toHaveURL('/characters/changed?history=on');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /Edited/ }).click();
    await expect(dialog.locator('ins', { hasText: 'long hair' })).toBeVisible();
    await dialog.getByRole('button', { name: 'Back to before this change' }).click();
    await expect(messages(page).getByText('Changed is as it was')).toBeVisible();
    expect(await hair()).toBe('grey hair');
    await expect(dialog.getByRole('button', { name: /Reverted/ })).toContainText('as it is now');
    // The toast lies under the dialog's veil: the history itself goes forth again.
    await dialog.getByRole('button', { name: 'Back to this version' }).click();
    await expect.poll(hair).toBe('grey hair, long hair');
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL('/characters/changed');
    await client.editing.patch('characters', 'changed', { identity: { hair: 'white hair' } });
    await expect(page.getByRole('button', { name: /hair white hair/ })).toBeVisible();
  },
);

test(
  verifies(
    'web.wardrobe',
    'outfits are worn, added, renamed, copied in and out, and deleted but for the last',
  ),
  async ({ page, client }) => {
    await makeCharacter(client, 'dresser', 'Dresser');
    await client.editing.create('outfits', {
      id: 'toga',
      data: { ...{ outfit_id: 'toga', outfit_name: 'Toga' }, wardrobe: { full_body: 'white toga' } },
    });
    const outfits = async () =>
      Object.keys((await client.entities.get('characters', 'dresser')).data['wardrobe'] as object);
    const tab = (name: string) => page.getByRole('tablist', { name: 'Outfits' }).getByRole('tab', { name });
    const add = async (entry: string | RegExp) => {
      await page.getByRole('button', { name: 'Add an outfit' }).click();
      await page.getByRole('menuitem', { name: entry }).click();
    };
    const change = async (entry: string | RegExp) => {
      await page.getByRole('button', { name: /^Outfit / }).click();
      await page.getByRole('menuitem', { name: entry }).click();
    };
    const answer = async (name: string, verb: string) => {
      await page.getByRole('dialog').getByLabel('Name of the outfit').fill(name);
      await page.getByRole('dialog').getByRole('button', { name: verb }).click();
      await expect(page.getByRole('dialog')).toBeHidden();
    };
    await page.goto('/characters/dresser');
    await tab('Evening').click();
    await expect(page.getByRole('button', { name: /top black dress/ })).toBeVisible();
    await expect
      .poll(async () => (await client.entities.get('characters', 'dresser')).active_outfit)
      .toBe('Evening');

    await add(/Empty outfit/);
    await answer('Travel', 'Add');
    await expect(tab('Travel')).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByText('Nothing in this outfit yet.')).toBeVisible();
    await change(/Rename/);
    await answer('Journey', 'Rename');
    await expect(tab('Journey')).toHaveAttribute('aria-selected', 'true');

    await add(/From the outfits/);
    await page.getByRole('dialog').getByLabel('Find an outfit').fill('toga');
    await page.getByRole('dialog').getByRole('button', { name: 'Toga' }).click();
    await expect(page.getByRole('button', { name: /full body white toga/ })).toBeVisible();
    expect(await outfits()).toEqual(['default', 'Evening', 'Journey', 'Toga']);

    await change(/Save as an outfit entry/);
    await answer('Toga of the dresser', 'Save');
    await expect(messages(page).getByText('Toga of the dresser is among the outfits')).toBeVisible();
    const [saved] = (await client.library.list('outfits', { q: 'toga of the dresser' })).items;
    expect((await client.entities.get('outfits', saved?.slug ?? '')).data['wardrobe']).toMatchObject({
      full_body: 'white toga',
    });

    await change('Delete');
    await expect(tab('Toga')).toBeHidden();
    await undo(page);
    await expect(tab('Toga')).toBeVisible();
    for (const name of ['Toga', 'Journey', 'Evening']) {
      await tab(name).click();
      await expect(tab(name)).toHaveAttribute('aria-selected', 'true');
      await change('Delete');
      await expect(tab(name)).toBeHidden();
    }
    await page.getByRole('button', { name: 'Outfit Default' }).click();
    await expect(page.getByRole('menuitem', { name: 'The last outfit stays' })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
    expect(await outfits()).toEqual(['default']);
  },
);

test(
  verifies('web.looks', 'a character lists its looks, and a look leads to its character'),
  async ({ page, client }) => {
    await makeCharacter(client, 'masked', 'Masked');
    await client.editing.create('looks', {
      id: 'masked_ball',
      data: { look_id: 'masked_ball', look_name: 'At the ball', character_id: 'masked', positive: 'mask' },
    });
    await page.goto('/characters/masked');
    await page.getByRole('region', { name: 'Looks' }).getByRole('link', { name: 'At the ball' }).click();
    await expect(heading(page, 'At the ball')).toBeVisible();
    await page.getByText('look of').getByRole('link', { name: 'Masked' }).click();
    await expect(page).toHaveURL('/characters/masked');
  },
);

test(
  verifies('web.entity-phone', 'on a phone the same menu and the history stand on the page'),
  async ({ page, client }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await makeCharacter(client, 'pocket', 'Pocket');
    await page.goto('/characters/pocket');
    await page.getByRole('tab', { name: 'History' }).click();
    await expect(page.getByRole('button', { name: /Made/ })).toBeVisible();
    await page.getByRole('button', { name: 'More actions' }).click();
    for (const entry of ['Edit', 'Clone', 'Rename …', 'Open the JSON', 'Delete'])
      await expect(page.getByRole('menuitem', { name: entry }).first()).toBeVisible();
    await page.getByRole('menuitem', { name: 'Open the JSON' }).click();
    await expect(page).toHaveURL('/characters/pocket/edit?tab=json');
  },
);

/** A small PNG, drawn by the browser, as base64. */
async function samplePicture(page: Page): Promise<string> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 96;
    const context = canvas.getContext('2d');
    if (context) {
      context.fillStyle = '#3a6ea5';
      context.fillRect(0, 0, 64, 96);
    }
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  });
}
