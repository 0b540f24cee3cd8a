import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

test(
  verifies('web.settings-hosts', 'a host is tested, added, turned off and on, renamed and removed'),
  async ({ page, stack, client }) => {
    const address = Object.values(stack.standIns)[0] ?? '';
    await page.goto('/settings#hosts');
    const section = page.getByRole('region', { name: 'ComfyUI hosts' });
    await expect(
      section.getByText(/ComfyUI \d.*checkpoints.*LoRAs.*set by COMFYUI_URLS/).first(),
    ).toBeVisible();

    await section.getByRole('button', { name: 'Add a host' }).click();
    await section.getByLabel('Address').fill('http://169.254.169.254');
    await section.getByRole('button', { name: 'Test', exact: true }).click();
    await expect(section.getByText(/never called/)).toBeVisible();
    // The same machine under another name is another address.
    await section.getByLabel('Address').fill(address.replace('127.0.0.1', 'localhost'));
    await section.getByRole('button', { name: 'Test', exact: true }).click();
    await expect(section.getByText(/answers; it has \d+ checkpoints/)).toBeVisible({ timeout: 20_000 });
    await section.getByLabel('Name').fill('By page');
    await section.getByRole('button', { name: 'Add', exact: true }).click();

    const row = section.getByRole('listitem').filter({ hasText: 'By page' });
    await expect(row).toContainText('added here');
    await expect(row).toContainText('It answers.', { timeout: 20_000 });
    await row.getByRole('button', { name: 'Turn By page off' }).click();
    await expect(row).toContainText('turned off');
    await row.getByRole('button', { name: 'Turn By page on' }).click();
    await expect(row).toContainText('It answers.', { timeout: 20_000 });
    await row.getByRole('button', { name: 'Rename By page' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Renamed by page');
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    const renamed = section.getByRole('listitem').filter({ hasText: 'Renamed by page' });
    await expect(renamed).toContainText('It answers.', { timeout: 20_000 });
    await renamed.getByRole('button', { name: 'Remove Renamed by page' }).click();
    await expect(renamed).toHaveCount(0);
    await expect
      .poll(async () => (await client.hosts.list()).hosts.map(({ origin }) => origin))
      .not.toContain('settings');
  },
);

test('the answer to an order does not write over what a host has said meanwhile', async ({
  page,
  stack,
  client,
}) => {
  await page.goto('/settings#hosts');
  const name = (await client.hosts.list()).hosts[0]?.name ?? '';
  const row = page.getByRole('region', { name: 'ComfyUI hosts' }).locator(`[data-host="${name}"]`);
  await expect(row).toContainText('It answers.');
  const answered = Promise.withResolvers<undefined>();
  const orders: string[] = [];
  await page.route(`${stack.url}/api/v1/hosts/*`, async (route) => {
    if (route.request().method() !== 'PATCH') return route.fallback();
    const response = await route.fetch();
    orders.push(await response.text());
    // What the order has set going is told long before its answer is here.
    await answered.promise;
    await route.fulfill({ response });
  });
  await row.getByRole('button', { name: `Turn ${name} off` }).click();
  await expect(row).toContainText('It is turned off.');
  await row.getByRole('button', { name: `Turn ${name} on` }).click();
  await expect.poll(() => orders.length).toBe(2);
  await expect(row).toContainText('It answers.', { timeout: 20_000 });
  let answers = 0;
  page.on('requestfinished', (request) => (answers += Number(request.method() === 'PATCH')));
  answered.resolve(undefined);
  await expect.poll(() => answers).toBe(2);
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  await expect(row).toContainText('It answers.');
  await expect(row.getByRole('button', { name: `Turn ${name} off` })).toBeVisible();
});

test(
  verifies(
    'web.settings-models',
    'a folder of LoRAs is chosen, refused where it is wrong, and its files listed',
  ),
  async ({ page, stack, client, complaints }) => {
    const root = path.join(stack.stateDir, 'loras-by-page');
    await mkdir(path.join(root, 'Illustrious/Looks'), { recursive: true });
    await writeFile(path.join(root, 'Illustrious/Looks/unused_by_page.safetensors'), Buffer.alloc(16));
    await page.goto('/settings#models');
    const section = page.getByRole('region', { name: 'Model files' });
    await section.getByLabel('LoRAs', { exact: true }).fill('/nowhere/at/all');
    await section.getByRole('button', { name: 'Save' }).click();
    await expect(section.getByRole('alert')).toHaveText(/There is no folder \/nowhere\/at\/all/);
    // the browser itself notes the refusal
    expect(complaints.splice(0).every((text) => text.includes('422'))).toBe(true);
    await section.getByLabel('LoRAs', { exact: true }).fill(root);
    await section.getByRole('button', { name: 'Save' }).click();
    await expect(section.getByRole('button', { name: '1 file', exact: true })).toBeVisible();
    await section.getByRole('button', { name: '1 file', exact: true }).click();
    const files = page.getByRole('dialog', { name: 'LoRA files' });
    await files.getByRole('button', { name: 'Used by no card' }).click();
    await files.getByLabel('Search in the names').fill('unused_by_page');
    await expect(files.getByText('Illustrious/Looks/unused_by_page.safetensors')).toBeVisible();
    await files.getByRole('button', { name: 'Close' }).click();
    await client.models.setFolders({ lora_root: null });
  },
);

test(
  verifies('web.settings-keeping', 'what is kept is chosen and stays chosen'),
  async ({ page, client }) => {
    await page.goto('/settings#keeping');
    const section = page.getByRole('region', { name: 'Keeping' });
    await section.getByLabel('Trash').fill('45');
    await section.getByLabel('Trash').blur();
    await expect.poll(async () => (await client.settings.get()).keep_trash_days).toBe(45);
    await section.getByLabel('History of jobs').fill('0');
    await section.getByLabel('History of jobs').blur();
    await expect(section.getByLabel('History of jobs')).toHaveValue('30');
    await page.reload();
    await expect(section.getByLabel('Trash')).toHaveValue('45');
    await section.getByLabel('Trash').fill('');
    await section.getByLabel('Trash').blur();
    await expect.poll(async () => (await client.settings.get()).keep_trash_days).toBeNull();
  },
);

test(
  verifies('web.settings-access', 'browsers are listed and signed out; a password is set'),
  async ({ page, browser, stack, client }) => {
    const { sessions } = await client.session.list();
    expect(sessions.length).toBeGreaterThan(0);
    await page.goto('/settings#access');
    const section = page.getByRole('region', { name: 'Password and browsers' });
    await expect(section.getByText('this browser')).toHaveCount(1);
    await section.getByRole('button', { name: 'Set a password' }).click();
    await section.getByLabel('The new one').fill('long enough by page');
    await section.getByRole('button', { name: 'Save' }).click();
    await expect(section.getByText('There is a password')).toBeVisible();

    // A further browser enters with it, is listed, and can be signed out here.
    const context = await browser.newContext();
    const signedIn = await context.request.post(`${stack.url}/api/v1/session`, {
      data: { password: 'long enough by page' },
      headers: { origin: stack.url },
    });
    expect(signedIn.status()).toBe(200);
    await page.reload();
    const rows = section.getByRole('list', { name: 'Signed-in browsers' }).getByRole('listitem');
    await expect(rows).toHaveCount(2);
    await rows.getByRole('button', { name: 'Sign out' }).click();
    await expect(rows).toHaveCount(1);
    await expect
      .poll(async () => (await context.request.get(`${stack.url}/api/v1/session`)).status())
      .toBe(401);
    await context.close();
  },
);

test(
  verifies('web.settings-keys', 'a key is made with its scopes, shown once, works, and is revoked'),
  async ({ page, stack, complaints }) => {
    await page.goto('/settings#keys');
    const section = page.getByRole('region', { name: 'API keys' });
    await section.getByRole('button', { name: 'New key' }).click();
    const making = page.getByRole('dialog', { name: 'New API key' });
    await making.getByLabel('Name').fill('Bot by page');
    await making.getByRole('checkbox', { name: /Queue pictures/ }).uncheck();
    await making.getByRole('button', { name: 'Make the key' }).click();
    const shown = page.getByRole('dialog', { name: 'The key Bot by page' });
    const secret = (await shown.locator('code').textContent()) ?? '';
    const ask = async () =>
      (await fetch(`${stack.url}/api/v1/library/styles`, { headers: { 'x-api-key': secret } })).status;
    expect(await ask()).toBe(200);
    await shown.getByRole('button', { name: 'Close' }).click();
    await page.reload();
    const row = section.getByRole('listitem').filter({ hasText: 'Bot by page' });
    await expect(row).toContainText('read ·');
    await expect(page.getByText(secret)).toHaveCount(0);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page
      .getByRole('dialog', { name: 'Revoke Bot by page?' })
      .getByRole('button', { name: 'Revoke' })
      .click();
    await expect(row).toHaveCount(0);
    await expect.poll(ask).toBe(401);
    expect(complaints).toEqual([]);
  },
);
