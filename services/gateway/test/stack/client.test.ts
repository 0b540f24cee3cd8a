import { backupKey, subjects } from '@gaze/contracts';
import type { GazeEvent } from '@gaze/contracts';
import { buildClient, connectEvents } from '@gaze/client';
import type { Client } from '@gaze/client';
import { eventually, verifies } from '@gaze/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keys } from './canned-catalog.ts';
import { startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

let house: TestGateway;
let client: Client;
beforeAll(async () => {
  house = await startGateway();
  client = buildClient({ baseUrl: house.url, apiKey: keys.admin });
});
afterAll(() => house[Symbol.asyncDispose]());

const picture = (): Promise<Buffer> =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: '#123' } })
    .png()
    .toBuffer();
const backupId = '20260304-050607-a1b2c3';
const recipe = { parts: { characters: [{ slug: 'elke_marrow' }] } };

describe(verifies('api.resources', 'the typed client against the real gateway'), () => {
  /** Each method once: an address or a body that the gateway does not know would throw. */
  const everyMethod: Record<string, (c: Client) => Promise<unknown>> = {
    'library.list': (c) =>
      c.library.list('characters', { q: 'a', favourite: true, tag: ['a:b'], sort: 'name', limit: 5 }),
    'library.facets': (c) => c.library.facets('characters'),
    'library.counts': (c) => c.library.counts(),
    'library.rescan': (c) => c.library.rescan(),
    'library.rescan of one': (c) => c.library.rescan('looks'),
    'entities.get': (c) => c.entities.get('characters', 'elke_marrow'),
    'entities.favourite': (c) => c.entities.favourite('characters', 'elke_marrow', true),
    'entities.saveDefaults': (c) => c.entities.saveDefaults('characters', 'elke_marrow', ['identity::hair']),
    'entities.state': (c) => c.entities.state('characters', 'elke_marrow'),
    'entities.saveState': (c) => c.entities.saveState('characters', 'elke_marrow', { count: 2 }),
    'entities.wearOutfit': (c) => c.entities.wearOutfit('characters', 'elke_marrow', 'coat'),
    'entities.setCover': (c) => c.entities.setCover('characters', 'elke_marrow', 'img_1'),
    'entities.clearCover': (c) => c.entities.clearCover('characters', 'elke_marrow'),
    'entities.generate': (c) =>
      c.entities.generate('characters', 'elke_marrow', { count: 2 }, { idempotencyKey: 'k' }),
    'entities.generate of nothing': (c) => c.entities.generate('characters', 'elke_marrow'),
    'editing.save': (c) =>
      c.editing.save('characters', 'elke_marrow', { a: 1 }, { revision: 'a'.repeat(64) }),
    'editing.save over anything': (c) => c.editing.save('characters', 'elke_marrow', { a: 1 }),
    'editing.patch': (c) => c.editing.patch('characters', 'elke_marrow', { identity: { hair: null } }),
    'editing.text': (c) => c.editing.text('characters', 'elke_marrow'),
    'editing.saveText': (c) => c.editing.saveText('characters', 'elke_marrow', '{}'),
    'editing.setNsfw': (c) => c.editing.setNsfw('characters', 'elke_marrow', true),
    'editing.create': (c) => c.editing.create('presets', { name: 'Evening' }),
    'editing.clone': (c) => c.editing.clone('characters', 'elke_marrow'),
    'editing.rename': (c) =>
      c.editing.rename('characters', 'elke_marrow', { id: 'elke' }, { revision: 'a'.repeat(64) }),
    'editing.transfer': (c) => c.editing.transfer('characters', 'elke_marrow', { to: 'looks' }),
    'editing.remove': (c) => c.editing.remove('characters', 'elke_marrow', { hard: true }),
    'editing.revisions': (c) => c.editing.revisions('characters', 'elke_marrow', { limit: 5 }),
    'editing.revision': (c) => c.editing.revision('characters', 'elke_marrow', '12'),
    'editing.revert': (c) => c.editing.revert('characters', 'elke_marrow', '12', 'after'),
    'editing.trash': (c) => c.editing.trash({ category: 'looks' }),
    'editing.restore': (c) => c.editing.restore('t1'),
    'editing.purge': (c) => c.editing.purge('t1'),
    'editing.uploadCover': (c) =>
      c.editing.uploadCover('characters', 'elke_marrow', new Blob(['bytes'], { type: 'image/png' })),
    'editing.clearCovers': (c) => c.editing.clearCovers('looks'),
    'editing.many': (c) => c.editing.many('looks', { slugs: ['a'], change: { action: 'delete' } }),
    'editing.missing': (c) => c.editing.missing('looks', { limit: 3 }),
    'editing.generateMissing': (c) =>
      c.editing.generateMissing('looks', { limit: 3 }, { idempotencyKey: 'k' }),
    'editing.generateCovers': (c) =>
      c.editing.generateCovers('looks', { slugs: ['elke_marrow'] }, { idempotencyKey: 'k' }),
    'editing.export': async (c) => {
      const archive = await c.editing.export('characters', ['elke_marrow']);
      expect([archive.type, archive.size > 0]).toEqual(['application/zip', true]);
    },
    'editing.migrateTags': (c) => c.editing.migrateTags(),
    'editing.migrateTags of one': (c) => c.editing.migrateTags('scenes'),
    'outfits.add': (c) => c.outfits.add('elke_marrow', { name: 'coat/long', copy_of: 'default' }),
    'outfits.rename': (c) => c.outfits.rename('elke_marrow', 'coat/long', 'coat'),
    'outfits.remove': (c) => c.outfits.remove('elke_marrow', 'coat'),
    'outfits.saveAsEntity': (c) => c.outfits.saveAsEntity('elke_marrow', 'coat', { name: 'Coat' }),
    'prompts.preview': (c) => c.prompts.preview(recipe),
    'prompts.compatibility': (c) => c.prompts.compatibility(recipe),
    'library.coverage': (c) =>
      c.library.coverage('elke_marrow', {
        outfit: ['coat'],
        worn: ['At home'],
        action: ['tea', 'run'],
        scene: '-',
      }),
    'prompts.defaults': (c) => c.prompts.defaults('Illustrious/model.safetensors'),
    'prompts.choices': (c) => c.prompts.choices(),
    'jobs.submit': (c) => c.jobs.submit({ recipe }),
    'jobs.list': (c) => c.jobs.list({ status: ['waiting', 'running'], category: 'looks' }),
    'jobs.get': (c) => c.jobs.get('j1'),
    'jobs.cancel': (c) => c.jobs.cancel('j1'),
    'jobs.cancelMany': (c) => c.jobs.cancelMany({ all_waiting: true }),
    'jobs.retry': (c) => c.jobs.retry('j1'),
    'jobs.toFront': (c) => c.jobs.toFront('j1'),
    'batches.submit': (c) => c.batches.submit([{ recipe }, { recipe, count: 2 }]),
    'batches.submit as one': (c) => c.batches.submit([{ recipe }, { recipe }], { label: 'Gaps of Elke' }),
    'batches.get': (c) => c.batches.get('b1'),
    'queues.list': (c) => c.queues.list(),
    'queues.pause': (c) => c.queues.pause('image'),
    'queues.resume': (c) => c.queues.resume('llm'),
    'images.list': (c) => c.images.list({ category: 'looks', slug: 'a', favourite: false, nsfw: 'sfw' }),
    'images.get': (c) => c.images.get('img_1'),
    'images.setFlags': (c) => c.images.setFlags('img_1', { rating: null }),
    'images.again': (c) => c.images.again('img_1', { exactly: true }, { idempotencyKey: 'k' }),
    'images.list by everything': (c) =>
      c.images.list({
        lora: 'a/b.safetensors',
        host: 'A',
        from: '2026-01-01',
        to: '2026-02-01T00:00:00Z',
        rating_min: 3,
        q: 'x',
      }),
    'images.setManyFlags': (c) => c.images.setManyFlags(['img_1', 'img_2'], { is_favourite: true }),
    'images.buckets': (c) => c.images.buckets({ by: 'day', tz: 'Europe/Berlin', favourite: true, q: 'x' }),
    'images.remove': (c) => c.images.remove('img_1'),
    'images.trash': (c) => c.images.trash(['img_1']),
    'images.restore': (c) => c.images.restore(['img_1']),
    'images.purge': (c) => c.images.purge(['img_1']),
    'images.trashed': (c) => c.images.trashed({ limit: 5 }),
    'images.emptyTrash': (c) => c.images.emptyTrash(),
    'images.rescan': (c) => c.images.rescan(),
    'images.inspect': async (c) =>
      c.images.inspect(new Blob([new Uint8Array(await picture())], { type: 'image/png' })),
    'images.zipUrl': async (c) => {
      await house.store.put('characters/elke_marrow/gen_j1_1_0.png', await picture());
      const headers = { 'x-api-key': keys.admin };
      const answer = await fetch(c.images.zipUrl(['img_1', 'img_2'], 'My elke'), { headers });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
      await answer.arrayBuffer();
    },
    'models.list': (c) => c.models.list({ kind: 'lora', category: 'looks', filter: 'orphans', q: 'elke' }),
    'models.get': (c) => c.models.get('lora', 'Illustrious/Looks/elke.safetensors'),
    'models.rescan': (c) => c.models.rescan(),
    'models.folders': (c) => c.models.folders(),
    'models.setFolders': (c) =>
      c.models.setFolders({ lora_root: null, lora_folders: { looks: ['A/Looks'] }, checkpoint_folders: [] }),
    'search.query': (c) =>
      c.search.query('elke', { category: 'looks', nsfw: 'sfw', type: 'resources', limit: 5 }),
    'llm.status': (c) => c.llm.status(),
    'llm.regenerateTags': (c) => c.llm.regenerateTags({ category: 'characters', slug: 'elke_marrow' }),
    'llm.regenerateTags of a category': (c) => c.llm.regenerateTags({ category: 'looks' }),
    'llm.regenerateTags of everything': (c) => c.llm.regenerateTags(),
    'llm.create': (c) => c.llm.create('characters', { description: 'A lighthouse keeper.' }),
    'llm.bulkCreate': (c) => c.llm.bulkCreate('looks', { files: ['Illustrious/Looks/a.safetensors'] }),
    'llm.transcript': (c) => c.llm.transcript('j1'),
    'llm.regenerateTags of some': (c) =>
      c.llm.regenerateTags({ category: 'looks' }, { slugs: ['elke_marrow'], review: 'review' }),
    'llm.provider': (c) => c.llm.provider(),
    'llm.setProvider': (c) =>
      c.llm.setProvider({ kind: 'ollama', base_url: 'http://127.0.0.1:1/v1', model: 'm', api_key: 'k' }),
    'llm.forgetProvider': (c) => c.llm.forgetProvider(),
    'llm.test': (c) => c.llm.test(),
    'llm.test of another': (c) => c.llm.test({ base_url: 'http://127.0.0.1:1/v1', model: 'm' }),
    'llm.servers': (c) => c.llm.servers(),
    'llm.setServers': (c) => c.llm.setServers({ servers: [{ name: 'a', url: 'http://127.0.0.1:1/mcp' }] }),
    'llm.reconnect': (c) => c.llm.reconnect('a'),
    'drafts.decide': (c) => c.drafts.decide({ decision: 'discard', category: 'looks' }),
    'drafts.propose': (c) => c.drafts.propose('looks', 'elke_marrow', { patch: { a: 1 } }),
    'drafts.list': (c) => c.drafts.list({ category: 'looks', limit: 5 }),
    'drafts.get': (c) => c.drafts.get('j1'),
    'drafts.apply': (c) => c.drafts.apply('j1', { overwrite: true }),
    'drafts.discard': (c) => c.drafts.discard('j1'),
    'tags.search': (c) => c.tags.search('red', { limit: 5 }),
    'tags.suggest': (c) => c.tags.suggest('hair'),
    'tags.validate': (c) => c.tags.validate(['red hair']),
    'hosts.list': (c) => c.hosts.list(),
    'hosts.get': (c) => c.hosts.get('3f9a0c1d2e4b'),
    'hosts.add': (c) => c.hosts.add({ url: 'http://127.0.0.1:8189', name: 'Cellar' }),
    'hosts.change': (c) => c.hosts.change('3f9a0c1d2e4b', { enabled: false }),
    'hosts.remove': (c) => c.hosts.remove('3f9a0c1d2e4b'),
    'hosts.test': (c) => c.hosts.test('3f9a0c1d2e4b'),
    'hosts.testAddress': (c) => c.hosts.testAddress('127.0.0.1:8189'),
    'strengths.list': (c) => c.strengths.list('characters', 'elke_marrow'),
    'strengths.start': (c) =>
      c.strengths.start(
        'characters',
        'elke_marrow',
        { from: 0.2, to: 1, step: 0.2, stackLoras: true },
        { idempotencyKey: 'k' },
      ),
    'strengths.saveBest': (c) => c.strengths.saveBest('characters', 'elke_marrow', { weight: 0.8 }),
    'strengths.saveBest of two': (c) =>
      c.strengths.saveBest('characters', 'elke_marrow', { min: 0.6, max: 0.9 }, { revision: 'a'.repeat(64) }),
    'settings.get': (c) => c.settings.get(),
    'settings.set': (c) => c.settings.set({ nsfw_display: 'hide' }),
    'keys.list': (c) => c.keys.list(),
    'keys.create': (c) => c.keys.create({ name: 'n', scopes: ['read'] }),
    'keys.revoke': (c) => c.keys.revoke('k1'),
    'webhooks.list': (c) => c.webhooks.list(),
    'webhooks.create': (c) => c.webhooks.create({ url: 'http://127.0.0.1:1/hook' }),
    'webhooks.change': (c) => c.webhooks.change('w1', { enabled: false }),
    'webhooks.remove': (c) => c.webhooks.remove('w1'),
    'webhooks.deliveries': (c) => c.webhooks.deliveries('w1'),
    'webhooks.test': (c) => c.webhooks.test('w1'),
    'upkeep.storage': (c) => c.upkeep.storage(),
    'upkeep.doctor': (c) => c.upkeep.doctor({ deep: true }),
    'upkeep.backups': (c) => c.upkeep.backups(),
    'upkeep.makeBackup': (c) => c.upkeep.makeBackup({ pictures: true }),
    'upkeep.deleteBackup': (c) => c.upkeep.deleteBackup(backupId),
    'upkeep.backupUrl': async (c) => {
      await house.store.put(backupKey(backupId), Buffer.from('archive'));
      const headers = { 'x-api-key': keys.admin, range: 'bytes=3-' };
      const answer = await fetch(c.upkeep.backupUrl(backupId), { headers });
      expect([answer.status, await answer.text()]).toEqual([206, 'hive']);
    },
    'upkeep.lastImport': (c) => c.upkeep.lastImport(),
    'upkeep.startImport': (c) => c.upkeep.startImport({ folder: '/media/elke/original', dry_run: true }),
    'problems.list': (c) => c.problems.list(),
    'session.get': (c) => c.session.get(),
    'session.password': (c) => c.session.password(),
    'session.changePassword': (c) => c.session.changePassword({ password: 'a long enough one' }),
    'session.list': (c) => c.session.list(),
    'session.end': (c) => c.session.end('4f2a0c1d2e4b3f9a'),
    'session.endOthers': (c) => c.session.endOthers(),
    'session.logout': (c) => c.session.logout(),
  };

  test.each(Object.entries(everyMethod))('%s', async (_name, call) => {
    await expect(call(client)).resolves.not.toThrow();
  });

  test('leaves out no method', () => {
    const named = new Set(Object.keys(everyMethod).map((name) => name.split(' ')[0]));
    const there = Object.entries(client).flatMap(([group, methods]) =>
      Object.keys(methods).map((method) => `${group}.${method}`),
    );
    expect(there.filter((name) => !named.has(name))).toEqual(['session.login']);
  });

  test('a refusal is an ApiError with its problem', async () => {
    await expect(buildClient({ baseUrl: house.url, apiKey: keys.read }).keys.list()).rejects.toMatchObject({
      status: 403,
      code: 'forbidden',
    });
    await expect(client.session.login('a-password')).rejects.toMatchObject({ status: 401 });
  });
});

describe(verifies('events.socket', 'the event connection against the real gateway'), () => {
  const problems = (count: number): GazeEvent => ({ type: 'problems.changed', count });

  test('misses nothing across a restart of the gateway’s bus and its own reconnect', async () => {
    await using other = await startGateway({ heartbeatMs: 200 });
    const seen: number[] = [];
    const states: string[] = [];
    let resets = 0;
    const connection = connectEvents({
      baseUrl: other.url,
      apiKey: keys.admin,
      onEvent: (event) => {
        if (event.type === 'problems.changed') seen.push(event.count);
      },
      onReset: () => (resets += 1),
      onState: (state) => states.push(state),
      backoff: { firstMs: 20, longestMs: 50 },
    });
    await eventually(() => expect(connection.state()).toBe('online'));
    const happen = (count: number): void =>
      other.bus.publish(subjects.events, JSON.stringify(other.catalog.stream.add(problems(count))));
    happen(1);
    await eventually(() => expect(seen).toEqual([1]));
    // The gateway cuts every socket; what happens meanwhile is there afterwards.
    await other.gateway.stop();
    await eventually(() => expect(connection.state()).toBe('offline'));
    happen(2);
    happen(3);
    await other.restart();
    await eventually(() => expect(seen).toEqual([1, 2, 3]));
    happen(4);
    await eventually(() => expect(seen).toEqual([1, 2, 3, 4]));
    expect(resets).toBe(0);
    expect(states).toEqual(['online', 'offline', 'online']);
    connection.close();
  });
});
