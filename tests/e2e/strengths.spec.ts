import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

test(
  verifies('web.strengths', 'a sweep is rendered, compared by keys, and its best weight saved, with an undo'),
  async ({ page, client }) => {
    test.setTimeout(120_000);
    const sample = await client.entities.get('actions', 'looking_back');
    const { entity } = await client.editing.create('actions', {
      name: 'Sweep by page',
      data: {
        action: { full_body: 'sitting' },
        lora: {
          ...(sample.data.lora as object),
          lora_weight: 0.7,
          lora_weight_min: null,
          lora_weight_max: null,
        },
      },
    });
    const lora = async () =>
      (await client.entities.get('actions', entity.slug)).data.lora as Record<string, unknown>;

    await page.goto(`/strengths/actions/${entity.slug}`);
    await expect(page.getByText('No sweep yet')).toBeVisible();
    await page.getByRole('spinbutton', { name: 'From', exact: true }).fill('0.4');
    await page.getByRole('spinbutton', { name: 'To', exact: true }).fill('0.8');
    await page.getByRole('spinbutton', { name: 'Step', exact: true }).fill('0');
    await expect(page.getByRole('alert')).toHaveText(/0\.01 or more/);
    await page.getByRole('spinbutton', { name: 'Step', exact: true }).fill('0.2');
    await page.getByLabel('Seed').fill('4242');
    await page.getByRole('button', { name: 'Render 3 pictures' }).click();

    const strip = page.getByRole('list', { name: /Weights/ });
    await expect(strip.getByRole('button')).toHaveText(['0.40', '0.60', '0.80']);
    await expect(strip.getByRole('img')).toHaveCount(3, { timeout: 60_000 });
    await expect(page.getByRole('figure').getByRole('img', { name: 'Sweep by page at 0.60' })).toBeVisible();

    // By keys, with the choice in the address.
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('figure').getByRole('img', { name: 'Sweep by page at 0.80' })).toBeVisible();
    await expect(page).toHaveURL(/at=0\.8/);
    await page.keyboard.press('ArrowRight');
    await expect(page).toHaveURL(/at=0\.8/);
    await page.keyboard.press('c');
    await expect(page.getByRole('figure')).toHaveCount(2);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect(page.getByRole('figure').first()).toContainText('0.40');
    await page.keyboard.press('c');
    await expect(page.getByRole('figure')).toHaveCount(1);

    await page.getByRole('button', { name: 'Save 0.40 as its weight' }).click();
    await expect.poll(async () => (await lora()).lora_weight).toBe(0.4);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await lora()).lora_weight).toBe(0.7);

    await page.getByRole('button', { name: /Lowest/ }).click();
    await strip.getByRole('button', { name: '0.80' }).click();
    await page.getByRole('button', { name: /Highest/ }).click();
    await page.getByRole('button', { name: 'Draw between 0.40 and 0.80 each time' }).click();
    await expect
      .poll(async () => [(await lora()).lora_weight_min, (await lora()).lora_weight_max])
      .toEqual([0.4, 0.8]);

    // All of it is there after a reload, with one seed.
    await page.reload();
    await expect(strip.getByRole('img')).toHaveCount(3);
    const { sweeps } = await client.strengths.list('actions', entity.slug);
    expect(sweeps).toMatchObject([
      { seed: 4242, pictures: [{ weight: 0.4 }, { weight: 0.6 }, { weight: 0.8 }] },
    ]);
    const seeds = sweeps[0]?.pictures.map(({ image }) => image?.seed);
    expect(seeds).toEqual([4242, 4242, 4242]);
    expect(sweeps[0]?.pictures[0]?.image?.key).toContain(`actions/${entity.slug}/strengths/`);
  },
);

test('an entry without a LoRA, and one that is not there, say what to do', async ({
  page,
  client,
  complaints,
}) => {
  const { entity } = await client.editing.create('scenes', { name: 'Bare of strength' });
  await page.goto(`/strengths/scenes/${entity.slug}`);
  await expect(page.getByText('Bare of strength has no LoRA')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Edit Bare of strength' })).toHaveAttribute(
    'href',
    `/scenes/${entity.slug}/edit`,
  );
  await page.goto('/strengths/scenes/nobody_at_all');
  await expect(page.getByText('There is no scene')).toBeVisible();
  // the browser itself notes the two answers 404
  expect(complaints.splice(0).every((text) => text.includes('404'))).toBe(true);
});
