import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { verifies } from '@gaze/testing';
import { expect, test } from './stack.ts';

test(
  verifies('web.upkeep', 'a backup is made, downloaded and deleted; the disk is shown'),
  async ({ page, client }) => {
    await page.goto('/settings#backup');
    const storage = page.locator('#storage');
    await expect(storage.getByText(/free of/).first()).toBeVisible();
    await expect(storage.getByRole('meter').first()).toBeVisible();

    const backup = page.locator('#backup');
    await backup.getByRole('button', { name: 'Make a backup' }).click();
    const link = backup.getByRole('link', { name: /Download/ });
    await expect(link).toBeVisible();
    await expect(backup.getByText(/without pictures · \d+ files/)).toBeVisible();
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toMatch(/^gaze-backup-.*\.zip$/);
    expect((await readFile(await download.path())).subarray(0, 2).toString()).toBe('PK');

    await backup.getByRole('button', { name: /Delete the backup/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(backup.getByText('There is none yet.')).toBeVisible();
    await expect.poll(async () => (await client.upkeep.backups()).backups).toEqual([]);
  },
);

test(
  verifies('web.upkeep', 'the original is looked at, and imported then'),
  async ({ page, client, complaints }) => {
    const folder = await mkdtemp(join(tmpdir(), 'gaze-e2e-original-'));
    await mkdir(join(folder, 'data/scenes'), { recursive: true });
    const scene = { scene_id: 'e2e_jetty', scene_name: 'Jetty', scene: { background: 'wooden jetty' } };
    await writeFile(join(folder, 'data/scenes/e2e_jetty.json'), JSON.stringify(scene));
    await writeFile(join(folder, 'data/scenes/e2e_broken.json'), '{');
    await page.goto('/settings#import');
    const section = page.locator('#import');
    const field = section.getByLabel('Folder of the original');
    await field.fill('/etc');
    await section.getByRole('button', { name: 'Look' }).click();
    await expect(section.getByRole('alert')).toContainText('below');
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
    await field.fill(folder);
    await section.getByRole('button', { name: 'Look' }).click();
    await expect(section.getByText('What an import would take')).toBeVisible();
    await expect(section.getByText('1 file cannot be taken')).toBeVisible();
    expect((await client.library.list('scenes', { q: 'Jetty' })).items).toEqual([]);

    const { violations } = await new AxeBuilder({ page })
      .include('#import')
      .include('#backup')
      .include('#storage')
      .analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);

    await section.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(section.getByText('What was imported')).toBeVisible();
    expect((await client.entities.get('scenes', 'e2e_jetty')).name).toBe('Jetty');
    await client.editing.remove('scenes', 'e2e_jetty');
    await rm(folder, { recursive: true });
  },
);
