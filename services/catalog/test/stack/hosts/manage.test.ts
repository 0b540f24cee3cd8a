import { catalogRpc, hostsRpc } from '@gaze/contracts';
import { eventually, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { paper, workshop } from '../jobs/workshop.ts';

const cellar = 'http://127.0.0.1:9005';

describe(verifies('hosts.settings', 'hosts of Settings'), () => {
  test('are added beside those of the environment, survive a restart, get work, and are told of', async () => {
    await using shop = await workshop();
    const added = await shop.ask(hostsRpc.add, { url: '127.0.0.1:9005/', name: 'Cellar' });
    expect(added).toMatchObject({ name: 'Cellar', url: cellar, origin: 'settings', state: 'unknown' });
    expect((await shop.eventsOf('host.changed')).map(({ host }) => host.name)).toContain('Cellar');
    await shop.restart();
    const holder = await shop.holder();
    expect(holder.held.map(({ name }) => name).sort()).toEqual(['Atelier', 'Cellar']);
    await holder.report(added.id, { missing_nodes: ['FaceDetailer'] });
    await eventually(async () => {
      expect(await shop.ask(hostsRpc.get, { host_id: added.id })).toMatchObject({
        state: 'up',
        missing: [{ class_name: 'FaceDetailer', costs: expect.stringContaining('Impact Pack') as string }],
        files: { checkpoints: 2, loras: 0, vaes: 0 },
      });
    });
  });

  test('the same address twice, no address and forbidden ones are refused', async () => {
    await using shop = await workshop();
    const add = (url: string) => shop.ask(hostsRpc.add, { url });
    await expect(add('http://127.0.0.1:9001')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Atelier') as string,
    });
    await expect(add('not an address')).rejects.toMatchObject({ code: 'invalid_input', field: 'url' });
    for (const url of ['http://169.254.169.254', '[fe80::1]:8188', '0.0.0.0:8188', '2852039166'])
      await expect(add(url), url).rejects.toMatchObject({ code: 'invalid_input', field: 'url' });
    expect((await shop.ask(catalogRpc.hostsList, {})).hosts).toHaveLength(1);
  });

  test('one that is turned off finishes its picture, gets nothing new, and can then be removed', async () => {
    await using shop = await workshop({ comfyUrls: [] });
    const { hosts } = await shop.ask(catalogRpc.hostsList, {});
    for (const { id } of hosts) await shop.ask(hostsRpc.change, { host_id: id, enabled: false });
    const { id } = await shop.ask(hostsRpc.add, { url: cellar, name: 'Cellar' });
    const holder = await shop.holder();
    const { ids } = await shop.submit({ seed: 1, checkpoint: paper }, { count: 2 });
    const started = await holder.begin();
    await expect(shop.ask(hostsRpc.remove, { host_id: id })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Cellar still works on') as string,
    });

    const off = await shop.ask(hostsRpc.change, { host_id: id, enabled: false });
    expect(off).toMatchObject({ state: 'disabled', reason: expect.stringContaining('turned off') as string });
    const other = ids.find((job) => job !== started.jobId) ?? '';
    await shop.until(other, 'waiting');
    expect((await holder.ask()).map(({ name }) => name)).toEqual(['Cellar']);
    await holder.render(started);
    await shop.until(started.jobId, 'done');
    await eventually(async () => expect(await holder.ask()).toEqual([]));

    await shop.ask(hostsRpc.remove, { host_id: id });
    expect((await shop.eventsOf('host.removed')).map((event) => event.host_id)).toEqual([id]);
    await shop.restart([]);
    expect((await shop.ask(catalogRpc.hostsList, {})).hosts.map(({ url }) => url)).not.toContain(cellar);
  });

  test('those of the environment keep their name and place, and can be turned off', async () => {
    await using shop = await workshop();
    const [host] = (await shop.ask(catalogRpc.hostsList, {})).hosts;
    const host_id = host?.id ?? '';
    await expect(shop.ask(hostsRpc.change, { host_id, name: 'Mine' })).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('COMFYUI_URLS') as string,
    });
    await expect(shop.ask(hostsRpc.remove, { host_id })).rejects.toMatchObject({ code: 'conflict' });
    await shop.ask(hostsRpc.change, { host_id, enabled: false });
    await shop.restart();
    expect((await shop.ask(catalogRpc.hostsList, {})).hosts).toMatchObject([{ state: 'disabled' }]);
    await expect(shop.ask(hostsRpc.get, { host_id: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a new name reaches its holder', async () => {
    await using shop = await workshop();
    const { id } = await shop.ask(hostsRpc.add, { url: cellar });
    const holder = await shop.holder();
    const before = holder.held.find((host) => host.host_id === id);
    expect(before?.name).toBe('127.0.0.1:9005');
    await shop.ask(hostsRpc.change, { host_id: id, name: 'Cellar' });
    const after = (await holder.ask()).find((host) => host.host_id === id);
    expect(after).toMatchObject({ name: 'Cellar', epoch: (before?.epoch ?? 0) + 1 });
  });
});
