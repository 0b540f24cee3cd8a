import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tempDir, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { adoptTrash } from '../../../src/editing/adopt-trash.ts';
import { deleteEntity, purgeTrash, restoreEntity } from '../../../src/editing/delete.ts';
import type { WriteDeps } from '../../../src/editing/deps.ts';
import { listTrash } from '../../../src/editing/trash-store.ts';
import { entityDetail } from '../../../src/library/detail.ts';
import { refusal, restarted, stoppingAfter } from '../../support/editing.ts';
import type { TestLibrary } from '../../support/library.ts';
import { testLibrary } from '../../support/library.ts';
import { containing } from '../../support/matchers.ts';

const name = 'Illustrious/Looks/elke.safetensors';

/** A character with a LoRA, and the folders of ComfyUI. */
async function withModels() {
  const roots = await tempDir();
  const [lora, checkpoint] = [path.join(roots.path, 'loras'), path.join(roots.path, 'checkpoints')];
  await mkdir(path.join(lora, 'Illustrious/Looks'), { recursive: true });
  await mkdir(path.join(checkpoint, 'Noob'), { recursive: true });
  await writeFile(path.join(lora, name), 'weights');
  await writeFile(path.join(checkpoint, 'Noob/a.safetensors'), 'checkpoint');
  const on = await testLibrary({ modelRoots: { lora, checkpoint } });
  await on.data.put('characters', 'elke.json', { character_id: 'elke', lora: { lora_name: name } });
  await on.data.put('checkpoints', 'a.json', { checkpoint_path: 'Noob/a.safetensors' });
  await on.library.scan();
  return {
    ...{ on, lora, checkpoint },
    async [Symbol.asyncDispose]() {
      await on[Symbol.asyncDispose]();
      await roots[Symbol.asyncDispose]();
    },
  };
}

const hard = (deps: WriteDeps, slug = 'elke'): Promise<string> =>
  deleteEntity(deps, { category: 'characters', slug, hard: true, by: 'user' });

/** Every file below a folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Nothing has moved. */
async function expectUntouched(on: TestLibrary, lora: string): Promise<void> {
  expect(await readFile(path.join(lora, name), 'utf8')).toBe('weights');
  expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({ slug: 'elke' });
  expect((await listTrash(on.db, { limit: 5 })).items).toEqual([]);
  expect(await on.db.selectFrom('entity_revision').select('id').execute()).toEqual([]);
  expect(await on.library.scan('characters')).toMatchObject([{ files: 1, removed: 0 }]);
}

describe(verifies('editing.hard-delete', 'deleting the model file, too'), () => {
  test('it goes into the trash of its root under a name that ComfyUI does not list, and comes back', async () => {
    await using house = await withModels();
    const { on, lora } = house;
    const id = await hard(on.writing);
    expect(await filesIn(lora)).toEqual([`.gaze-trash/${id}/${name}.trashed`]);
    expect((await listTrash(on.db, { limit: 5 })).items).toMatchObject([{ id, model_file: name }]);
    await restoreEntity(on.writing, id, 'user');
    expect(await filesIn(lora)).toEqual([name]);
    await expectRestored(on);

    const again = await hard(on.writing);
    await purgeTrash(on.writing, again);
    expect(await filesIn(lora)).toEqual([]);
  });

  async function expectRestored(on: TestLibrary): Promise<void> {
    expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({ lora: { name } });
  }

  test('a checkpoint takes its own file along', async () => {
    await using house = await withModels();
    await deleteEntity(house.on.writing, {
      category: 'checkpoints',
      slug: 'Noob_a_safetensors',
      hard: true,
      by: 'user',
    });
    expect((await filesIn(house.checkpoint)).every((file) => file.startsWith('.gaze-trash/'))).toBe(true);
  });

  test('an entity without a model file is simply deleted', async () => {
    await using house = await withModels();
    await house.on.data.put('characters', 'plain.json', { character_id: 'plain', lora: { lora_name: '' } });
    await house.on.library.scan('characters');
    await hard(house.on.writing, 'plain');
    expect(await filesIn(house.lora)).toEqual([name]);
  });

  test('where the root is not declared it is refused before anything moves', async () => {
    await using house = await withModels();
    const error = await refusal(hard({ ...house.on.writing, modelRoots: {} }));
    expect(error).toMatchObject({
      code: 'data_error',
      file: name,
      message: containing('LORA_ROOT is not set'),
    });
    await expectUntouched(house.on, house.lora);
  });

  test.each(['the root', 'the folder of the file'])(
    'where %s is read-only it is refused before anything moves',
    async (which) => {
      await using house = await withModels();
      const { on, lora } = house;
      const folder = which === 'the root' ? lora : path.join(lora, 'Illustrious/Looks');
      await chmod(folder, 0o555);
      // The right of root to write everywhere would hide what everybody else meets.
      const root = process.geteuid?.() === 0;
      const data = path.dirname(path.dirname(on.data.file('characters', 'x')));
      if (root) {
        for (let up = lora; up.length > 4; up = path.dirname(up))
          if (up.includes('gaze-test-')) await chmod(up, up === folder ? 0o555 : 0o755);
        await chmod(data, 0o755);
        process.seteuid?.(65534);
      }
      const error = await refusal(hard(on.writing)).finally(() => {
        if (root) process.seteuid?.(0);
      });
      await chmod(folder, 0o755);
      expect(error).toMatchObject({ code: 'data_error', message: containing('read-only') });
      await expectUntouched(on, lora);
    },
  );

  test(verifies('S5', 'names that lead out of the root are refused, links too'), async () => {
    await using house = await withModels();
    const { on, lora } = house;
    const outside = path.join(path.dirname(lora), 'outside.safetensors');
    await writeFile(outside, 'precious');
    await symlink(outside, path.join(lora, 'link.safetensors'));
    await symlink(path.dirname(lora), path.join(lora, 'up'));
    await writeFile(path.join(lora, 'notes.txt'), 'no model');
    const names = [
      '../outside.safetensors',
      outside,
      'link.safetensors',
      'up/outside.safetensors',
      'a/../../outside.safetensors',
      'notes.txt',
      '..\\outside.safetensors',
      'missing.safetensors',
      'Illustrious',
    ];
    for (const [i, lora_name] of names.entries()) {
      await on.data.put('characters', `c${i}.json`, { character_id: `c${i}`, lora: { lora_name } });
      await on.library.scan('characters');
      expect(await refusal(hard(on.writing, `c${i}`)), lora_name).toMatchObject({
        code: 'data_error',
        file: lora_name,
      });
      expect(await entityDetail(on.db, 'characters', `c${i}`)).toMatchObject({ slug: `c${i}` });
    }
    expect(await readFile(outside, 'utf8')).toBe('precious');
    expect(await readFile(path.join(lora, 'notes.txt'), 'utf8')).toBe('no model');
  });

  test('a file that others use stays for them', async () => {
    await using house = await withModels();
    const { on, lora } = house;
    await on.data.put('looks', 'night.json', {
      look_id: 'night',
      look_name: 'Night',
      lora: { lora_name: name },
    });
    await on.library.scan('looks');
    expect(await refusal(hard(on.writing))).toMatchObject({
      code: 'conflict',
      message: containing('Night (looks)'),
    });
    await expectUntouched(on, lora);
  });

  test.each(['pending', 'linked', 'renamed', 'verified'] as const)(
    'cut off after «%s» it is whole or undone',
    async (step) => {
      await using house = await withModels();
      const { on, lora } = house;
      const cut = stoppingAfter(on.writing, step);
      void hard(cut.writing);
      await cut.reached;
      const { library, writing } = restarted(on);
      await library.scan('characters');
      const { items } = await listTrash(on.db, { limit: 5 });
      expect(items).toHaveLength(step === 'renamed' || step === 'verified' ? 1 : 0);
      if (items[0] !== undefined) await restoreEntity(writing, items[0].id, 'user');
      expect(await filesIn(lora)).toEqual([name]);
      await expectRestored(on);
      await library.stop();
    },
  );

  test('after the loss of the database the trash is still there, model files and all', async () => {
    await using house = await withModels();
    const { on, lora } = house;
    const id = await hard(on.writing);
    await on.db.deleteFrom('trash').execute();
    await on.db.deleteFrom('entity').execute();
    await adoptTrash(on.writing);
    expect((await listTrash(on.db, { limit: 5 })).items).toMatchObject([
      { id, slug: 'elke', name: 'elke', model_file: name },
    ]);
    await restoreEntity(on.writing, id, 'user');
    expect(await filesIn(lora)).toEqual([name]);
    await expectRestored(on);
    // A copy that a restore left behind is no deleted entity.
    const leftover = path.join(on.data.path, '.trash/characters', `elke.${randomUUID()}.json`);
    await writeFile(leftover, await readFile(on.data.file('characters', 'elke.json')));
    await adoptTrash(on.writing);
    expect((await listTrash(on.db, { limit: 5 })).items).toEqual([]);
    expect(await filesIn(path.dirname(leftover))).toEqual([]);
  });

  test('another file in the place of the deleted one is never overwritten', async () => {
    await using house = await withModels();
    const { on, lora } = house;
    const id = await hard(on.writing);
    await writeFile(path.join(lora, name), 'newer weights');
    expect(await refusal(restoreEntity(on.writing, id, 'user'))).toMatchObject({
      code: 'conflict',
      file: name,
    });
    expect(await readFile(path.join(lora, name), 'utf8')).toBe('newer weights');
    expect((await listTrash(on.db, { limit: 5 })).items).toHaveLength(1);
    expect(await on.library.scan('characters')).toMatchObject([{ files: 0 }]);
  });
});
