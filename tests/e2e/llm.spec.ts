import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { verifies } from '@gaze/testing';
import { writeLoras } from '../support/lora-files.ts';
import { expect, test } from './stack.ts';

/** Entries whose tags a model finds something to write in. */
async function untagged(
  client: Parameters<Parameters<typeof test>[2]>[0]['client'],
  category: 'styles' | 'scenes',
  names: readonly string[],
): Promise<string[]> {
  const made: string[] = [];
  for (const name of names) {
    const { entity } = await client.editing.create(category, { name });
    made.push(entity.slug);
  }
  return made;
}

test(
  verifies('web.llm-create', 'a character from a sentence, watched while it is made, opens when it is done'),
  async ({ page, client }) => {
    await page.goto('/llm/create?category=characters');
    await page
      .getByRole('textbox', { name: 'Description' })
      .fill('A clockmaker with silver hair, green eyes and a brass loupe.');
    await page.getByRole('textbox', { name: 'Name' }).fill('Tilda Brassloupe');
    await page.getByRole('button', { name: 'Safe', exact: true }).click();
    await page.getByRole('button', { name: 'Make the character' }).click();
    await expect(page).toHaveURL(/job=/);
    await expect(page.getByRole('progressbar', { name: 'Turns' })).toBeVisible();
    await expect(page).toHaveURL(/\/characters\/tilda_brassloupe$/, { timeout: 60_000 });
    await expect(page.getByRole('heading', { level: 1, name: 'Tilda Brassloupe' })).toBeVisible();
    const made = await client.entities.get('characters', 'tilda_brassloupe');
    expect(made.data).toMatchObject({ tags: { nsfw: false } });
    const { items } = await client.editing.revisions('characters', 'tilda_brassloupe');
    expect(items.map(({ by, action }) => [by.kind, action])).toEqual([['llm', 'create']]);
  },
);

test(
  verifies(
    ['web.llm-create', 'web.llm-transcript'],
    'a card that waits for review shows whole before it lands; what was said for it can be read',
  ),
  async ({ page, client }) => {
    await page.goto('/llm/create?category=scenes');
    await page.getByRole('textbox', { name: 'Description' }).fill('A tower of clocks at night, rain.');
    await page.getByRole('textbox', { name: 'Name' }).fill('Clock Tower E2E');
    await page.getByRole('button', { name: 'Waits for review' }).click();
    await page.getByRole('button', { name: 'Make the scene' }).click();
    const draft = page.getByRole('article', { name: 'Draft of Clock Tower E2E' });
    await expect(draft).toBeVisible({ timeout: 60_000 });
    await expect(client.entities.get('scenes', 'clock_tower_e2e')).rejects.toMatchObject({
      code: 'not_found',
    });

    await draft.getByRole('link', { name: 'What was said' }).click();
    await expect(page.getByRole('list', { name: 'What was said' })).toContainText('validate_tags');
    const about = page.getByRole('complementary', { name: 'About this conversation' });
    await expect(about).toContainText('stand-in');
    await expect(about).toContainText(/Tokens\s*[\d,]+/);
    await page.getByText('validate_tags', { exact: true }).first().click();
    await expect(page.getByText('Answered').first()).toBeVisible();
    await page.getByRole('link', { name: 'Review the result' }).click();
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await expect(page.getByText('Clock Tower E2E is written')).toBeVisible();
    await expect
      .poll(async () => (await client.entities.get('scenes', 'clock_tower_e2e')).name)
      .toBe('Clock Tower E2E');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByText('Clock Tower E2E is in the trash')).toBeVisible();
  },
);

test(
  verifies('web.llm-regenerate', 'tags of one card: the diff before it lands, taken in part'),
  async ({ page, client }) => {
    const [slug = ''] = await untagged(client, 'styles', ['Etching E2E']);
    await page.goto(`/llm/regenerate?category=styles&slug=${slug}`);
    await page.getByRole('button', { name: 'Write the tags of Etching E2E anew' }).click();
    const draft = page.getByRole('article', { name: 'Draft of Etching E2E' });
    await expect(draft).toBeVisible({ timeout: 60_000 });
    expect((await client.entities.get('styles', slug)).data.tags).not.toMatchObject({
      style_type: expect.stringMatching(/./),
    });
    const boxes = draft.getByRole('checkbox');
    const changes = await boxes.count();
    if (changes > 1) {
      await boxes.first().uncheck();
      await draft.getByRole('button', { name: `Apply ${changes - 1} of ${changes}` }).click();
    } else await draft.getByRole('button', { name: 'Apply', exact: true }).click();
    await expect(page.getByText('Etching E2E is written')).toBeVisible();
    const { items } = await client.editing.revisions('styles', slug);
    await expect.poll(() => items.map(({ by }) => by.kind)).toContain('llm');
    await expect(page.getByText('Nothing waits for review any more.')).toBeVisible();
  },
);

test(
  verifies(
    ['web.llm-regenerate', 'web.llm-review', 'llm.drafts-many'],
    'tags of a category wait for review; they are gone through by keyboard, and the rest in one go',
  ),
  async ({ page, client }) => {
    const slugs = await untagged(client, 'scenes', ['Alpha E2E', 'Beta E2E', 'Gamma E2E']);
    await page.goto('/llm/regenerate?category=scenes');
    await page.getByRole('button', { name: /^Write the tags of all \d+ scenes anew$/ }).click();
    const run = page.getByRole('region', { name: /^Tags of all/ });
    await expect(run.getByRole('progressbar')).toBeVisible();
    await expect(run).toContainText(/\d+ of \d+ done/);
    // the sample scenes may bring drafts too, between these in any order: whichever ends first
    const all = page.getByRole('list', { name: 'Drafts' }).getByRole('link');
    const list = all.filter({ hasText: /E2E/ });
    await expect(list).toHaveCount(3, { timeout: 60_000 });
    await expect(run).toContainText('All done.', { timeout: 60_000 });
    const waiting = String((await client.drafts.list({ limit: 1 })).waiting);
    await expect(page.getByRole('navigation', { name: 'Studio' })).toContainText(waiting);

    const first = page.getByRole('article', { name: /^Draft of/ });
    await expect(first).toBeVisible();
    await all.first().click();
    await expect(all.first()).toHaveAttribute('aria-current', 'true');
    await page.keyboard.press('j');
    await expect(all.nth(1)).toHaveAttribute('aria-current', 'true');
    await page.keyboard.press('k');
    await expect(all.first()).toHaveAttribute('aria-current', 'true');
    await list.first().click();
    await expect(list.first()).toHaveAttribute('aria-current', 'true');
    await page.keyboard.press('a');
    await expect(page.getByText(/E2E is written/)).toBeVisible();
    await expect(list).toHaveCount(2);
    await list.last().click();
    await expect(list.last()).toHaveAttribute('aria-current', 'true');
    await page.keyboard.press('d');
    await expect(list).toHaveCount(1);

    const batch = new URL(page.url()).searchParams.get('batch') ?? '';
    await page.goto(`/llm/review?batch=${batch}`);
    await expect(list).toHaveCount(1);
    await client.drafts.decide({ decision: 'apply', batch_id: batch });
    await expect(page.getByText('Nothing waits for you')).toBeVisible();
    const written = await Promise.all(
      slugs.map(async (slug) => (await client.editing.revisions('scenes', slug)).items),
    );
    await expect
      .poll(() => written.filter((items) => items.some(({ by }) => by.kind === 'llm')).length)
      .toBeGreaterThanOrEqual(1);
  },
);

test(
  verifies('web.llm-review', 'what a program proposes says so, and is taken like any other draft'),
  async ({ page, client }) => {
    const { entity } = await client.editing.create('styles', {
      name: 'Proposal E2E',
      data: { style: { artistic_style: 'woodcut' } },
    });
    await client.drafts.propose('styles', entity.slug, {
      patch: { style: { artistic_style: 'linocut' } },
      note: 'The lines are softer.',
    });
    await page.goto('/llm/review');
    await page
      .getByRole('list', { name: 'Drafts' })
      .getByRole('link', { name: /Proposal E2E/ })
      .click();
    const draft = page.getByRole('article', { name: 'Draft of Proposal E2E' });
    await expect(draft).toContainText('Proposed over MCP or the API');
    await expect(draft).toContainText('The lines are softer.');
    await expect(draft.getByRole('link', { name: 'What was said' })).toHaveCount(0);
    await draft.getByRole('button', { name: 'Apply', exact: true }).click();
    await expect(page.getByText('Proposal E2E is written')).toBeVisible();
    expect((await client.entities.get('styles', entity.slug)).data.style).toMatchObject({
      artistic_style: 'linocut',
    });
  },
);

test(
  verifies(
    'web.llm-bulk',
    'ten outfits from LoRA files: chosen by what their headers say, made at once, watched across a reload',
  ),
  async ({ page, client, stack }) => {
    const root = path.join(stack.stateDir, 'e2e-loras');
    const stems = Array.from({ length: 10 }, (_, n) => `e2e_cloak_${n}`);
    const files = await writeLoras(root, 'Illustrious/Clothing/', stems, {
      'modelspec.trigger_phrase': 'e2ecloak',
      'modelspec.description': 'Trained on forty cloaks.',
      ss_tag_frequency: JSON.stringify({ '10_cloak': { 'long cloak': 40, 'brass clasp': 12 } }),
    });
    await client.models.setFolders({ lora_root: root });
    try {
      await page.goto('/llm/bulk?category=outfits');
      await page.getByRole('button', { name: 'Read the files again' }).click();
      const rows = page.getByRole('list', { name: 'Model files' }).getByRole('listitem');
      await expect(rows.filter({ hasText: 'e2e_cloak' })).toHaveCount(10, { timeout: 30_000 });
      await expect(rows.filter({ hasText: 'e2e_cloak_0' })).toContainText('e2ecloak');
      await expect(rows.filter({ hasText: 'e2e_cloak_0' })).toContainText('long cloak');
      await page.getByRole('textbox', { name: 'Find a file' }).fill('e2e_cloak');
      await expect(page).toHaveURL(/q=e2e_cloak/);
      await page.getByRole('checkbox', { name: 'Choose all' }).check();
      await page.getByRole('button', { name: 'Written at once' }).click();
      await page.getByRole('button', { name: 'Make 10 outfits' }).click();
      await expect(page).toHaveURL(/batch=/);
      const run = page.getByRole('region', { name: 'New outfits from files' });
      await expect(run).toContainText(/of 10 done/);
      await page.reload();
      await expect(run).toContainText('10 of 10 done', { timeout: 60_000 });
      await run.getByText('Done: 10').click();
      await expect(run.getByRole('link', { name: 'What was said' })).toHaveCount(10);
      const taken = await Promise.all(files.map((name) => client.models.get('lora', name)));
      expect(taken.map(({ used_by }) => used_by)).toEqual(files.map(() => 1));
      await page.goto('/llm/bulk?category=outfits&show=all&q=e2e_cloak');
      await expect(rows.first()).toContainText('has it');
      await expect(rows.first().getByRole('checkbox')).toBeDisabled();
    } finally {
      await client.models.setFolders({ lora_root: null });
    }
  },
);

test(
  verifies(
    'web.llm-settings',
    'Settings say which model writes and what a test of it found, and follow tool servers live',
  ),
  async ({ page, client }) => {
    await page.goto('/settings#llm');
    const model = page.getByRole('region', { name: 'Language model' });
    await expect(model).toContainText('LLM_BASE_URL');
    await model.getByRole('button', { name: 'Test' }).click();
    await expect(model).toContainText('stand-in answers and calls tools.');
    await expect(model).toContainText('It knows the model: yes');

    const tools = page.getByRole('region', { name: 'Tool servers' });
    const own = (await client.llm.servers()).servers.find(({ name }) => name === 'danbooru');
    await tools.getByRole('button', { name: 'Add a server' }).click();
    await tools.getByRole('textbox', { name: 'Name' }).fill('e2e');
    await tools.getByRole('textbox', { name: 'Address' }).fill(own?.address ?? '');
    await tools.getByRole('button', { name: 'Add', exact: true }).click();
    const added = tools.getByRole('listitem').filter({ hasText: 'added here' });
    await expect(added).toContainText('It offers 3 tools to the model.');
    await added.getByText('3 tools, 3 of them for the model').click();
    await added.getByRole('checkbox', { name: 'search_tags' }).uncheck();
    await expect(added).toContainText('It was switched off in Settings.');
    await expect(added).toContainText('3 tools, 2 of them for the model');
    await added.getByRole('button', { name: 'Connect e2e anew' }).click();
    await expect(added).toContainText('It offers 2 tools to the model.');
    await added.getByRole('button', { name: 'Remove e2e' }).click();
    await expect(added).toHaveCount(0);

    const review = page.getByRole('region', { name: 'Review' });
    await review.getByRole('button', { name: 'Waits for review' }).click();
    await expect.poll(async () => (await client.settings.get()).llm_review).toBe('review');
    await review.getByRole('button', { name: 'Written at once' }).click();
    await expect.poll(async () => (await client.settings.get()).llm_review).toBe('apply');
  },
);

test(
  verifies('web.llm-none', 'without a model every page says so and leads to Settings'),
  async ({ page }) => {
    // The demo's environment fixes one: this is what a house without answers.
    await page.route('**/api/v1/llm/provider', async (route) => {
      const answer = (await (await route.fetch()).json()) as object;
      const none = { origin: 'none', kind: null, base_url: null, model: null, has_key: false };
      await route.fulfill({ json: { ...answer, ...none } });
    });
    for (const address of ['/llm/create?category=looks', '/llm/bulk?category=looks', '/llm/regenerate']) {
      await page.goto(address);
      await expect(page.getByRole('heading', { name: 'No language model is set up' })).toBeVisible();
    }
    await page.getByRole('link', { name: 'Choose a model' }).click();
    await expect(page).toHaveURL(/\/settings#llm$/);
    const form = page.getByRole('form', { name: 'Language model' });
    await form.getByRole('button', { name: 'LM Studio' }).click();
    await expect(form.getByLabel('Address')).toHaveValue('http://127.0.0.1:1234/v1');
    await expect(form.getByLabel('Key')).toHaveAttribute('type', 'password');
  },
);

for (const theme of ['dark', 'light']) {
  test(`the pages of the language model have no serious fault of access in the ${theme} theme, and fit a phone`, async ({
    page,
    client,
  }) => {
    await page.addInitScript((kept) => localStorage.setItem('gaze.theme', kept), theme);
    const { items } = await client.jobs.list({ status: ['done'] });
    const job = items.find(({ kind }) => kind === 'llm');
    const pages = [
      '/llm/create',
      '/llm/bulk',
      '/llm/regenerate',
      '/llm/review',
      `/llm/jobs/${job?.id ?? ''}`,
    ];
    for (const address of [...pages, '/settings']) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(address);
      await expect(page.locator('main')).toBeVisible();
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(
        serious.map((v) => `${v.id}: ${v.nodes.map((node) => node.target.join(' ')).join(', ')}`),
        address,
      ).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, address).toBe(0);
    }
  });
}
