import type { Page } from '@playwright/test';
import type { Client } from '@gaze/client';
import type { RecipeInput } from '@gaze/contracts';
import { insertPngText } from '@gaze/media';
import { verifies } from '@gaze/testing';
import sharp from 'sharp';
import { expect, test } from './stack.ts';

const section = (page: Page, name: RegExp) => page.locator('.mix-head', { hasText: name });
const tile = (page: Page, name: string) => page.locator('.tile', { hasText: name });
const main = (page: Page) => page.getByRole('region', { name: 'Main' });
const chosen = (page: Page) => page.locator('.chosen > li');

async function rendered(client: Client, recipe: RecipeInput): Promise<string> {
  const { batch_id } = await client.jobs.submit({ recipe });
  await expect
    .poll(async () => (await client.batches.get(batch_id)).finished, { timeout: 60_000 })
    .toBe(true);
  return (await client.batches.get(batch_id)).jobs[0]?.images[0]?.id ?? '';
}

const plainPng = (): Promise<Buffer> =>
  sharp({ create: { width: 64, height: 96, channels: 3, background: '#345' } })
    .png()
    .toBuffer();

/** Drags a file over the page until the sign is there, and lets it go. */
async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  const data = await page.evaluateHandle(
    ({ name: file, base64 }) => {
      const transfer = new DataTransfer();
      const binary = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      transfer.items.add(new File([binary], file, { type: 'image/png' }));
      return transfer;
    },
    { name, base64: bytes.toString('base64') },
  );
  // A hand that holds a file over the page says so again and again; the sign stays as long as it does.
  await expect(async () => {
    await page.dispatchEvent('main', 'dragover', { dataTransfer: data });
    expect(await page.getByText('Drop the picture to open its recipe').isVisible()).toBe(true);
  }).toPass();
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
}

test(
  verifies('web.generator', 'a mix is put together, reordered, weighed, kept over a reload and rendered'),
  async ({ page, client }) => {
    await page.goto('/generator');
    await tile(page, 'Elke Marrow').click();
    await page.getByRole('slider', { name: /Weight of the LoRA of Elke Marrow/ }).fill('0.5');
    await section(page, /^\s*Outfits/).click();
    await tile(page, "Baker's apron").click();
    await tile(page, 'Rain city').click();
    await expect(chosen(page)).toHaveCount(2);
    await expect(tile(page, 'Rain city').locator('.place')).toHaveText('2');
    await expect(main(page)).toContainText('waist apron');

    // the order, by keys
    const grip = page.getByRole('button', { name: /^Place 2: Rain city/ });
    await grip.focus();
    await page.keyboard.press('ArrowUp');
    await expect(chosen(page).first()).toContainText('Rain city');
    await expect(page.getByRole('button', { name: /^Place 1: Rain city/ })).toBeFocused();

    // a field of a chosen entry
    await page.getByRole('button', { name: "Fields of Baker's apron" }).click();
    await page
      .getByRole('button', { name: /footwear/ })
      .last()
      .click();
    await expect(main(page)).not.toContainText('clogs');

    await page.getByRole('textbox', { name: 'Add to the prompt' }).fill('{red|blue} scarf');
    await expect(main(page)).toContainText('scarf');
    await page.getByRole('switch', { name: /Use every selected LoRA/ }).click();

    await page.reload();
    await expect(chosen(page)).toHaveCount(2);
    await expect(main(page)).toContainText('scarf');
    await expect(page.getByRole('switch', { name: /Use every selected LoRA/ })).toBeChecked();

    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/Step \d+ of \d+/).first()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Picture 1: Elke Marrow' })).toBeVisible({
      timeout: 60_000,
    });
    const { items } = await client.images.list({ category: 'characters', slug: 'elke_marrow', limit: 20 });
    const records = await Promise.all(items.map(({ id }) => client.images.get(id)));
    const record = records.find(({ generation }) => generation?.recipe.owner === null)?.generation;
    expect(record?.recipe.parts.outfits?.map(({ slug }) => slug)).toEqual(['rain_city', 'bakers_apron']);
    expect(record?.recipe.parts.characters?.[0]?.weight).toBe(0.5);
    expect(record?.recipe.stackLoras).toBe(true);
    expect(record?.prompts.main).toMatch(/(red|blue) scarf/);

    // what changes from here on is marked
    await tile(page, 'Reading room').click();
    await expect(main(page).locator('ins').first()).toBeVisible();

    await page.getByRole('button', { name: 'Clear' }).click();
    await expect(chosen(page)).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(section(page, /^\s*Character/)).toContainText('Elke Marrow');
  },
);

test(
  verifies('web.generator-preset', 'a preset is where a mix starts, and a mix becomes one'),
  async ({ page, client }) => {
    await page.goto('/generator');
    await section(page, /Start from a preset/).click();
    await tile(page, 'Elke, lantern night').or(tile(page, 'Elke')).first().click();
    await expect(section(page, /^\s*Character/)).toContainText('Elke Marrow');
    await section(page, /^\s*Character/).click();
    await page.getByRole('slider', { name: /Weight of the LoRA of Elke Marrow/ }).fill('0.65');
    await page.getByRole('button', { name: 'Save as preset' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save as preset' });
    await dialog.getByRole('textbox', { name: 'Name of the preset' }).fill('Mixed by hand');
    await dialog.getByRole('button', { name: 'Save preset' }).click();
    await expect(page.getByText('Mixed by hand is a preset now')).toBeVisible();
    const { items } = await client.library.list('presets', { q: 'Mixed by hand' });
    const saved = await client.entities.get('presets', items[0]?.slug ?? '');
    expect(saved.data['character']).toMatchObject({ character_id: 'elke_marrow', weight: 0.65 });
    await client.editing.remove('presets', saved.slug);
  },
);

test(
  verifies('web.open-in-generator', 'a picture of the gallery opens as it was drawn, without what is gone'),
  async ({ page, client, complaints }) => {
    const { entity: style } = await client.editing.create('styles', {
      name: 'Soon gone',
      data: { style: { artistic_style: 'a style that goes' } },
    });
    const image = await rendered(client, {
      parts: {
        characters: [{ slug: 'bex_tallow', fields: ['identity::hair'] }],
        actions: [{ slug: '__random__' }],
        styles: [{ slug: style.slug }],
      },
      seed: 4242,
    });
    await client.editing.remove('styles', style.slug);
    const drawn = (await client.images.get(image)).generation?.entities.find(
      ({ category }) => category === 'actions',
    );
    await page.goto(`/generator?image=${image}`);
    await expect(section(page, /^\s*Character/)).toContainText('Bex Tallow');
    await expect(section(page, /^\s*Actions/)).toContainText(drawn?.name ?? 'no action was drawn');
    await expect(page.getByRole('textbox', { name: 'Seed' })).toHaveValue('4242');
    await expect(page.getByText('The style Soon gone is not in the library any more')).toBeVisible();
    // the browser notes each answer of 404 by itself; nothing else may stand there
    expect(complaints.filter((line) => !line.includes('404'))).toEqual([]);
    complaints.length = 0;
    await expect(page).toHaveURL(/\/generator$/);
  },
);

test(
  verifies('web.picture-drop', 'pictures of three programs and of none, dropped on any page'),
  async ({ page, client, stack, complaints }) => {
    const image = await client.images.get(
      await rendered(client, { parts: { scenes: [{ slug: 'first_snow' }] } }),
    );
    const headers = { 'x-api-key': stack.apiKey };
    const own = Buffer.from(await (await fetch(`${stack.url}${image.url}`, { headers })).arrayBuffer());
    await page.goto('/gallery');
    await drop(page, 'own.png', own);
    await expect(page).toHaveURL(/\/generator$/);
    await expect(section(page, /^\s*Scenes/)).toContainText('First snow');
    await expect(page.getByText('Drop the picture to open its recipe')).toHaveCount(0);

    const parameters =
      'red lantern, <lora:nobody_has_it:0.7>\nNegative prompt: blurry\nSteps: 28, Sampler: Euler a, CFG scale: 5, Seed: 77, Size: 512x768, Model: nowhere';
    await page.goto('/characters');
    await drop(page, 'a1111.png', insertPngText(await plainPng(), { parameters }));
    await expect(page).toHaveURL(/\/generator$/);
    await expect(main(page)).toContainText('red lantern');
    await expect(page.getByText('No entry of the library uses the LoRA nobody_has_it')).toBeVisible();
    await expect(page.getByText('The checkpoint nowhere is not in the library')).toBeVisible();
    // the browser itself notes that there is no such checkpoint
    expect(complaints.splice(0).every((text) => text.includes('404'))).toBe(true);
    await expect(page.getByRole('textbox', { name: 'Width' })).toHaveValue('512');

    const prompt = JSON.stringify({
      '3': {
        class_type: 'KSampler',
        inputs: { seed: 5, model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
      },
      '4': {
        class_type: 'CheckpointLoaderSimple',
        inputs: { ckpt_name: 'Illustrious/inkwash_2.safetensors' },
      },
      '5': { class_type: 'EmptyLatentImage', inputs: { width: 832, height: 1216 } },
      '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a quiet pond' } },
      '7': { class_type: 'CLIPTextEncode', inputs: { text: 'fog' } },
    });
    await drop(page, 'comfy.png', insertPngText(await plainPng(), { prompt }));
    await expect(main(page)).toContainText('a quiet pond');

    await page.goto('/characters/bex_tallow');
    await expect(page.getByRole('heading', { level: 1, name: 'Bex Tallow' })).toBeVisible();
    await drop(page, 'silent.png', await plainPng());
    await expect(page.getByText('silent.png says nothing of how it was made')).toBeVisible();
    await expect(page).toHaveURL(/bex_tallow$/);
  },
);

test(
  verifies('web.verdict', 'one line beside Generate, on the page of an entry and in the generator'),
  async ({ page, client }) => {
    const { entity } = await client.editing.create('styles', {
      name: 'Verdict style',
      data: {
        style: { artistic_style: 'flat' },
        lora: { lora_name: 'Nowhere/verdict.safetensors', lora_weight: 1.6, lora_triggers: 'flatstyle' },
      },
    });
    await page.goto('/characters/elke_marrow');
    const line = page.locator('.gen button.verdict');
    await expect(line).toHaveAccessibleName(/Goes together: .*(is loaded on|has to be loaded first)/);
    await line.click();
    await expect(page.getByText(/holds? every file/)).toBeVisible();
    await page.keyboard.press('Escape');

    await page.goto(`/generator?characters=elke_marrow&styles=${entity.slug}`);
    await expect(line).toHaveAccessibleName(/Does not work: No host has Nowhere\/verdict\.safetensors/);
    await line.click();
    await expect(page.getByText(/2 LoRAs add up to a strength of 2\.40/)).toBeVisible();
    await page.keyboard.press('Escape');
    await section(page, /^\s*Styles/).click();
    await page.getByRole('button', { name: 'LoRA of Verdict style' }).click();
    await expect(line).toHaveAccessibleName(/Goes together/);
    await client.editing.remove('styles', entity.slug);
  },
);
