import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

interface Told {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A program outside that remembers what it was told and answers with the status that the test sets. */
async function startReceiver() {
  const told: Told[] = [];
  let status = 204;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      told.push({ headers: request.headers, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/by-page`,
    told,
    answers: (next: number) => (status = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As the specification of Standard Webhooks says, without any code of ours. */
function signatureOf({ headers, body }: Told, secret: string): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

const typesOf = (told: readonly Told[]): string[] =>
  told.map(({ body }) => (JSON.parse(body) as { type: string }).type);

test(
  verifies(
    'web.settings-webhooks',
    'a webhook is refused, added, tested, told of a job, changed, turned off and on, and removed',
  ),
  async ({ page, client, complaints }) => {
    // A delivery that failed twice is tried again after half a minute.
    test.setTimeout(150_000);
    await using outside = await startReceiver();
    await page.goto('/settings#webhooks');
    const section = page.getByRole('region', { name: 'Webhooks' });
    await section.getByRole('button', { name: 'Add a webhook' }).click();
    const address = section.getByLabel('Address');
    await address.fill('http://169.254.169.254/hook');
    await section.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(section.getByRole('alert')).toHaveText(/never called/);
    await expect(address).toHaveAccessibleDescription(/never called/);
    // the browser itself notes the refusal
    expect(complaints.splice(0).every((text) => text.includes('422'))).toBe(true);

    await address.fill(outside.url);
    await section.getByRole('checkbox', { name: /A whole batch is over/ }).uncheck();
    await section.getByRole('button', { name: 'Add', exact: true }).click();
    const shown = page.getByRole('dialog', { name: 'The secret of the webhook' });
    const secret = (await shown.locator('code').textContent()) ?? '';
    expect(secret).toMatch(/^whsec_/);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await shown.getByRole('button', { name: 'Copy the secret' }).click();
    await expect(shown.getByRole('button', { name: 'Copied' })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await shown.getByRole('button', { name: 'Close' }).click();
    await page.reload();
    const row = section.locator(`[data-webhook="${outside.url}"]`);
    await expect(row).toContainText('job.done, job.failed, job.cancelled');
    await expect(row).toContainText('Nothing was sent yet.');
    await expect(page.getByText(secret)).toHaveCount(0);

    await row.getByRole('button', { name: `Send a test to ${outside.url}` }).click();
    await expect(row.getByRole('status')).toHaveText('The receiver took the test.');
    await expect(row).toContainText('The last delivery arrived: Today');
    expect(typesOf(outside.told)).toEqual(['webhook.test']);
    outside.answers(500);
    await row.getByRole('button', { name: `Send a test to ${outside.url}` }).click();
    await expect(row.getByRole('status')).toHaveText(
      'The test did not arrive. The receiver answered 500 in place of 2xx.',
    );

    await client.jobs.submit({ recipe: { extra_positive: '1girl, told outside' } });
    await expect.poll(() => typesOf(outside.told)).toContain('job.done');
    await row.getByText('Latest deliveries').click();
    const deliveries = row.getByRole('list', { name: `Latest deliveries to ${outside.url}` });
    const failed = deliveries
      .getByRole('listitem')
      .filter({ hasText: 'The receiver answered 500 in place of 2xx. Next try: Today' });
    await expect(failed.first()).toContainText(/job\.done.*Today/s);
    await expect(row).toContainText('Nothing has arrived since Today');
    outside.answers(204);
    await expect(deliveries.getByText(/It arrived after \d tries/).first()).toBeVisible({ timeout: 60_000 });
    await expect(row).not.toContainText('Nothing has arrived since Today');
    for (const one of outside.told) expect(one.headers['webhook-signature']).toBe(signatureOf(one, secret));

    const enabled = async () =>
      (await client.webhooks.list()).webhooks.find(({ url }) => url === outside.url)?.enabled;
    await row.getByRole('button', { name: `Turn ${outside.url} off` }).click();
    await expect(row).toContainText('It is turned off.');
    await expect.poll(enabled).toBe(false);
    await row.getByRole('button', { name: `Turn ${outside.url} on` }).click();
    await expect(row).not.toContainText('It is turned off.');
    await expect.poll(enabled).toBe(true);

    await row.getByRole('button', { name: `Change ${outside.url}` }).click();
    const changing = page.getByRole('dialog', { name: 'Change the webhook' });
    await changing.getByRole('checkbox', { name: /A picture is done/ }).uncheck();
    await changing.getByRole('button', { name: 'Save' }).click();
    await expect(changing).toHaveCount(0);
    await expect(row).toContainText('job.failed, job.cancelled');
    await expect(row.locator('p').filter({ hasText: /^\s*job\.failed, job\.cancelled\s*$/ })).toHaveCount(1);

    await row.getByRole('button', { name: `Remove ${outside.url}` }).click();
    await page
      .getByRole('dialog', { name: 'Remove the webhook?' })
      .getByRole('button', { name: 'Remove', exact: true })
      .click();
    await expect(row).toHaveCount(0);
    await expect.poll(enabled).toBe(undefined);
  },
);

test('a switch that the server refuses goes back, with the reason', async ({ page, client, complaints }) => {
  await using outside = await startReceiver();
  const { webhook } = await client.webhooks.create({ url: outside.url });
  await page.goto('/settings#webhooks');
  const row = page.getByRole('region', { name: 'Webhooks' }).locator(`[data-webhook="${outside.url}"]`);
  await expect(row).toBeVisible();
  // somebody else removed it meanwhile
  await client.webhooks.remove(webhook.id);
  await row.getByRole('button', { name: `Turn ${outside.url} off` }).click();
  await expect(page.getByText(`${outside.url} was not turned off`)).toBeVisible();
  await expect(row).toHaveCount(0);
  expect(complaints.splice(0).every((text) => text.includes('404'))).toBe(true);
});
