import { chmod, mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ModelFoldersBody, ModelQuery, modelsRpc } from '@gaze/contracts';
import type { ModelFileView } from '@gaze/contracts';
import { sha256Of } from '@gaze/media';
import { callRpc } from '@gaze/runtime';
import { eventually, tempDir, testLog, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { buildModelFolders, usualLoraFolders } from '../../src/models/folders.ts';
import { listModels, modelFile } from '../../src/models/list.ts';
import { buildModels } from '../../src/models/models.ts';
import { testBus } from '../support/bus.ts';
import { testLibrary } from '../support/library.ts';
import { completeJob } from '../support/pictures.ts';

function safetensors(metadata: Record<string, string>, weights = ''): Buffer {
  const header = Buffer.from(JSON.stringify({ __metadata__: metadata }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length), 0);
  return Buffer.concat([length, header, Buffer.from(weights)]);
}
const trained = (name: string) =>
  safetensors(
    {
      ss_output_name: name,
      ss_base_model_version: 'sdxl_base_v1-0',
      ss_resolution: '(1024, 1024)',
      ss_tag_frequency: JSON.stringify({ [`10_${name}`]: { '1girl': 20, 'red hair': 9 } }),
    },
    name,
  );

/** A library with folders of model files, and a host that has some of its own. */
async function workshop(options: { roots?: boolean } = {}) {
  const folder = await tempDir();
  const on = await testLibrary();
  const roots = { lora: path.join(folder.path, 'loras'), checkpoint: path.join(folder.path, 'checkpoints') };
  const build = () =>
    buildModels({
      db: on.db,
      folders: buildModelFolders({ db: on.db, fixed: options.roots === false ? {} : roots, own: [] }),
      log: testLog('catalog'),
    });
  let models = build();
  const put = async (kind: keyof typeof roots, name: string, bytes: Buffer): Promise<string> => {
    const at = path.join(roots[kind], name);
    await mkdir(path.dirname(at), { recursive: true });
    await writeFile(at, bytes);
    return at;
  };
  await mkdir(roots.lora, { recursive: true });
  await mkdir(roots.checkpoint, { recursive: true });
  const list = async (query: Partial<z.input<typeof ModelQuery>> = {}): Promise<ModelFileView[]> =>
    (await listModels(on.db, usualLoraFolders, ModelQuery.parse({ kind: 'lora', ...query }))).items;
  const names = async (query: Partial<z.input<typeof ModelQuery>> = {}) =>
    (await list(query)).map(({ name }) => name);
  return {
    ...{ on, roots, put, list, names },
    scan: async () => (await models.scan())[0],
    models: () => models,
    /** As after a start of the catalog. */
    async restart() {
      await models.stop();
      models = build();
    },
    hashed: () =>
      eventually(async () => {
        const due = await on.db
          .selectFrom('model_file')
          .select('name')
          .where('sha256', 'is', null)
          .where('gone_at', 'is', null)
          .execute();
        expect(due).toEqual([]);
      }),
    async [Symbol.asyncDispose]() {
      await models.stop();
      await on[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const character = (lora: string) => ({
  character_id: 'elke',
  character_name: 'Elke',
  lora: { lora_name: lora, lora_weight: 1 },
});
const host = {
  name: 'B',
  url: 'http://b',
  origin: 'settings' as const,
  version: null,
  holder: null,
  loaded_checkpoint: null,
  inventory: null,
};

describe(verifies('models.files', 'model files'), () => {
  test('are listed with what their headers say, who uses them, who has them and what was made with them', async () => {
    await using at = await workshop();
    const { on } = at;
    const bytes = trained('elke');
    await at.put('lora', 'Illustrious/Looks/elke.safetensors', bytes);
    await at.put('lora', 'Illustrious/Poses/sit.safetensors', trained('sit'));
    await at.put('lora', 'old/pickle.pt', Buffer.from('x'));
    await at.put('lora', 'notes.txt', Buffer.from('x'));
    await at.put('lora', '.gaze-trash/1/gone.safetensors', trained('gone'));
    await on.data.put('characters', 'elke.json', character('Illustrious\\Looks\\elke.safetensors'));
    await on.library.scan();
    await on.db
      .insertInto('host')
      .values({ id: 'b', ...host })
      .execute();
    await on.db
      .insertInto('host_file')
      .values([
        { host_id: 'b', kind: 'lora', name: 'Illustrious\\Looks\\elke.safetensors' },
        { host_id: 'b', kind: 'lora', name: 'only\\there.safetensors' },
      ])
      .execute();
    await completeJob(on, {
      record: { loras: [{ name: 'Illustrious\\Looks\\elke.safetensors', weight: 1 }] },
    });
    expect(await at.scan()).toMatchObject({
      kind: 'lora',
      is_scanned: true,
      files: 3,
      added: 3,
      problems: 0,
      warning: null,
    });
    await at.hashed();
    expect(await at.list()).toMatchObject([
      {
        name: 'Illustrious/Looks/elke.safetensors',
        categories: ['characters', 'looks'],
        ...{ is_here: true, is_missing: false, hosts: ['B'], title: 'elke', base_model: 'sdxl_base_v1-0' },
        ...{ resolution: '1024x1024', triggers: ['elke'], bytes: bytes.length, sha256: sha256Of(bytes) },
        tags: [
          { tag: '1girl', count: 20 },
          { tag: 'red hair', count: 9 },
        ],
        ...{
          used_by: 1,
          users: [{ category: 'characters', slug: 'elke', name: 'Elke' }],
          images: 1,
          defaults: null,
        },
      },
      { name: 'Illustrious/Poses/sit.safetensors', categories: ['actions'], used_by: 0, hosts: [] },
      { name: 'old/pickle.pt', categories: [], tags: [], problem: null },
      { name: 'only/there.safetensors', is_here: false, is_missing: false, hosts: ['B'], bytes: null },
    ]);
    expect(await at.names({ filter: 'orphans' })).toEqual([
      'Illustrious/Poses/sit.safetensors',
      'old/pickle.pt',
      'only/there.safetensors',
    ]);
    expect(await at.names({ filter: 'used' })).toEqual(['Illustrious/Looks/elke.safetensors']);
    expect(await at.names({ category: 'actions' })).toEqual(['Illustrious/Poses/sit.safetensors']);
    expect(await at.names({ category: 'characters' })).toEqual(['Illustrious/Looks/elke.safetensors']);
    expect(await at.names({ q: 'LOOKS elk' })).toEqual(['Illustrious/Looks/elke.safetensors']);
    const pages: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await listModels(
        on.db,
        usualLoraFolders,
        ModelQuery.parse({ kind: 'lora', limit: 1, cursor }),
      );
      pages.push(...page.items.map(({ name }) => name));
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
    }
    expect(pages).toEqual(await at.names());
    expect(
      await modelFile(on.db, usualLoraFolders, 'lora', 'Illustrious\\Looks\\elke.safetensors'),
    ).toMatchObject({
      used_by: 1,
    });
    await expect(modelFile(on.db, usualLoraFolders, 'lora', '../../etc/passwd')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('a scan reads only what changed, also after a restart', async () => {
    await using at = await workshop();
    for (let i = 0; i < 30; i++) await at.put('lora', `l${i}.safetensors`, trained(`l${i}`));
    expect(await at.scan()).toMatchObject({ files: 30, added: 30 });
    await at.hashed();
    await at.restart();
    expect(await at.scan()).toMatchObject({ files: 30, added: 0, changed: 0, removed: 0 });
    await at.put('lora', 'l3.safetensors', trained('changed'));
    expect(await at.scan()).toMatchObject({ added: 0, changed: 1 });
    await at.hashed();
    expect((await at.list({ q: 'l3.' }))[0]).toMatchObject({
      title: 'changed',
      sha256: sha256Of(trained('changed')),
    });
  });

  test('a renamed file keeps its hash; the entry that names the old one is missing it and told the new name', async () => {
    await using at = await workshop();
    const { on } = at;
    const old = await at.put('lora', 'Illustrious/Looks/elke.safetensors', trained('elke'));
    await on.data.put('characters', 'elke.json', character('Illustrious/Looks/elke.safetensors'));
    await on.library.scan();
    await at.scan();
    await at.hashed();
    await rename(old, path.join(at.roots.lora, 'Illustrious/Looks/elke_v2.safetensors'));
    expect(await at.scan()).toMatchObject({ renamed: 1, added: 0, removed: 0 });
    expect(await at.list({ filter: 'missing' })).toMatchObject([
      {
        name: 'Illustrious/Looks/elke.safetensors',
        is_missing: true,
        renamed_to: 'Illustrious/Looks/elke_v2.safetensors',
        used_by: 1,
      },
    ]);
    expect((await at.list({ q: 'v2' }))[0]).toMatchObject({
      sha256: sha256Of(trained('elke')),
      is_here: true,
    });

    // Copied to another disk: nothing but the bytes tells that it is the same.
    await rm(path.join(at.roots.lora, 'Illustrious/Looks/elke_v2.safetensors'));
    await at.put('lora', 'Illustrious/Other/copy.safetensors', trained('elke'));
    await at.put('lora', 'Illustrious/Other/another.safetensors', trained('another'));
    expect(await at.scan()).toMatchObject({ renamed: 0, added: 2, removed: 1 });
    await at.hashed();
    expect(await at.list({ filter: 'missing' })).toMatchObject([
      { renamed_to: 'Illustrious/Other/copy.safetensors' },
    ]);
    // A host that has it is enough.
    await on.db
      .insertInto('host')
      .values({ id: 'b', ...host })
      .execute();
    await on.db
      .insertInto('host_file')
      .values({ host_id: 'b', kind: 'lora', name: 'Illustrious/Looks/elke.safetensors' })
      .execute();
    expect(await at.list({ filter: 'missing' })).toEqual([]);
  });

  test('checkpoints without an entry are candidates, with what they would render with', async () => {
    await using at = await workshop();
    const { on } = at;
    await at.put(
      'checkpoint',
      'Illustrious/paper.safetensors',
      safetensors({ 'modelspec.architecture': 'stable-diffusion-xl-v1-base' }),
    );
    await at.put('checkpoint', 'Noob/north.safetensors', safetensors({ 'modelspec.title': 'North' }));
    await on.data.put('checkpoints', 'paper.json', {
      checkpoint_path: 'Illustrious/paper.safetensors',
      checkpoint_name: 'Paper',
    });
    await on.library.scan();
    await at.scan();
    expect(await at.list({ kind: 'checkpoint' })).toMatchObject([
      {
        name: 'Illustrious/paper.safetensors',
        used_by: 1,
        defaults: null,
        base_model: 'stable-diffusion-xl-v1-base',
      },
      {
        name: 'Noob/north.safetensors',
        ...{ used_by: 0, title: 'North', categories: ['checkpoints'] },
        defaults: {
          steps: 25,
          cfg: 5,
          sampler_name: 'euler_ancestral',
          scheduler: 'normal',
          vae: 'integrated',
        },
      },
    ]);
    expect(await at.names({ kind: 'checkpoint', filter: 'orphans' })).toEqual(['Noob/north.safetensors']);
  });

  test('hostile and broken files are listed with their reason and hold nothing up', async () => {
    await using at = await workshop();
    const { lora } = at.roots;
    const huge = Buffer.alloc(8, 0xff);
    await at.put('lora', 'a_cut.safetensors', trained('cut').subarray(0, 30));
    await at.put('lora', 'b_huge.safetensors', huge);
    await at.put('lora', 'c_empty.safetensors', Buffer.alloc(0));
    await at.put(
      'lora',
      'd_nul.safetensors',
      safetensors({ ss_output_name: 'a\0b', 'modelspec.trigger_phrase': '\0, x' }),
    );
    await truncate(await at.put('lora', 'e_sparse.safetensors', trained('sparse')), 20 * 1024 * 1024);
    await symlink(lora, path.join(lora, 'loop'));
    await symlink(path.join(lora, 'nowhere'), path.join(lora, 'dangling.safetensors'));
    await mkdir(path.join(lora, 'folder.safetensors'));
    const closed = path.join(lora, 'closed');
    await mkdir(closed);
    await chmod(closed, 0);
    expect(await at.scan()).toMatchObject({ files: 5, problems: 3, warning: null });
    expect(
      (await at.list()).map(({ name, problem, title }) => [name, problem?.split('.')[0] ?? null, title]),
    ).toEqual([
      ['a_cut.safetensors', 'The file is cut off within its header', null],
      ['b_huge.safetensors', expect.stringContaining('16 MB'), null],
      ['c_empty.safetensors', 'The file is too short to be a model', null],
      ['d_nul.safetensors', null, 'ab'],
      ['e_sparse.safetensors', null, 'sparse'],
    ]);
    await chmod(closed, 0o755);
  });

  test('a folder that is not mounted, or cannot be read, changes nothing', async () => {
    await using at = await workshop();
    for (let i = 0; i < 25; i++) await at.put('lora', `l${i}.safetensors`, trained(`l${i}`));
    await at.scan();
    await rename(at.roots.lora, `${at.roots.lora}-away`);
    expect((await at.scan())?.warning).toContain('cannot be read (ENOENT)');
    await mkdir(at.roots.lora);
    expect((await at.scan())?.warning).toContain('25 files');
    expect(await at.list({ limit: 200 })).toHaveLength(25);
    await rm(at.roots.lora, { recursive: true });
    await rename(`${at.roots.lora}-away`, at.roots.lora);
    expect(await at.scan()).toMatchObject({ warning: null, added: 0, removed: 0 });
  });

  test('without folders it says so in words, and shows what hosts and entries know', async () => {
    await using at = await workshop({ roots: false });
    await using bus = await testBus();
    const servers = at.models().serve(bus.nc);
    await bus.nc.flush();
    await at.on.data.put('characters', 'elke.json', character('a.safetensors'));
    await at.on.library.scan();
    const page = await callRpc(bus.asker, modelsRpc.list, { kind: 'lora' });
    expect(page.source).toMatchObject({
      is_scanned: false,
      files: 0,
      says: expect.stringContaining('set LORA_ROOT') as string,
    });
    expect(page.items).toMatchObject([{ name: 'a.safetensors', is_missing: true, is_here: false }]);
    const { results } = await callRpc(bus.asker, modelsRpc.rescan, {});
    expect(results.map(({ kind, is_scanned }) => [kind, is_scanned])).toEqual([
      ['lora', false],
      ['checkpoint', false],
    ]);
    for (const server of servers) await server.stop();
  });
});

describe(verifies('models.folders', 'folders of model files that people choose'), () => {
  async function chosen(fixed: { lora?: string } = {}) {
    const at = await workshop({ roots: false });
    const folders = buildModelFolders({ db: at.on.db, fixed, own: [at.on.data.path] });
    await folders.load();
    const models = buildModels({ db: at.on.db, folders, log: testLog('catalog') });
    return { at, folders, models };
  }

  test('count at once and after a restart, and bring the same files back', async () => {
    const { at, folders, models } = await chosen();
    await using _ = at;
    await at.put('lora', 'Mine/elke.safetensors', trained('elke'));
    expect(folders.roots.lora).toBeUndefined();
    await folders.change({ lora_root: at.roots.lora, lora_folders: { looks: ['Mine'] } });
    expect((await models.scan())[0]).toMatchObject({ is_scanned: true, files: 1, added: 1 });
    expect([...(folders.loraFolders().get('looks') ?? [])]).toEqual(['Mine/']);
    const page = await listModels(
      at.on.db,
      folders.loraFolders(),
      ModelQuery.parse({ kind: 'lora', category: 'looks' }),
    );
    expect(page.items).toMatchObject([
      { name: 'Mine/elke.safetensors', categories: ['looks'], is_here: true },
    ]);

    const again = buildModelFolders({ db: at.on.db, fixed: {}, own: [] });
    await again.load();
    expect(again.roots.lora).toBe(at.roots.lora);
    await folders.change({ lora_root: null });
    expect(await at.names({ filter: 'orphans' })).toEqual([]);
    await folders.change({ lora_root: at.roots.lora });
    expect((await models.scan())[0]).toMatchObject({ added: 1, changed: 0 });
    await models.stop();
  });

  test('of checkpoints may be some below the root alone', async () => {
    const { at, folders, models } = await chosen();
    await using _ = at;
    await at.put('checkpoint', 'Illustrious/a.safetensors', trained('a'));
    await at.put('checkpoint', 'Old/b.safetensors', trained('b'));
    await folders.change({ checkpoint_root: at.roots.checkpoint, checkpoint_folders: ['Illustrious'] });
    await models.scan();
    expect(await at.names({ kind: 'checkpoint' })).toEqual(['Illustrious/a.safetensors']);
    await models.stop();
  });

  test('are refused with what is wrong with them, and those of the environment stay', async () => {
    const { at, folders, models } = await chosen();
    await using _ = at;
    const file = await at.put('lora', 'a.safetensors', trained('a'));
    for (const [lora_root, why] of [
      ['loras', /no whole path/],
      [path.join(at.roots.lora, 'nowhere'), /There is no folder/],
      [file, /is a file/],
      ['/', /whole disk/],
      [at.on.data.path, /files of GAZE itself/],
      [path.dirname(at.on.data.path), /files of GAZE itself/],
    ] as const)
      await expect(folders.change({ lora_root }), lora_root).rejects.toMatchObject({
        ...{ code: 'invalid_input', field: 'lora_root' },
        message: expect.stringMatching(why) as string,
      });
    expect(folders.roots.lora).toBeUndefined();
    const fixed = buildModelFolders({ db: at.on.db, fixed: { lora: at.roots.lora }, own: [] });
    await expect(fixed.change({ lora_root: at.roots.checkpoint })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('LORA_ROOT') as string,
    });
    expect([fixed.roots.lora, fixed.originOf('lora')]).toEqual([at.roots.lora, 'environment']);
    for (const looks of [['../out'], ['/abs'], ['a/../../b']])
      expect(ModelFoldersBody.safeParse({ lora_folders: { looks } }).success).toBe(false);
    await models.stop();
  });
});
