import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import { categoryList } from '@gaze/contracts';
import { identify } from '@gaze/domain';
import type { TrashedModel } from '../db/schema.ts';
import { hashOf } from '../library/own-files.ts';
import { parseEntity } from '../library/parse-entity.ts';
import type { WriteDeps } from './deps.ts';
import { bytesOf, removeFile } from './file-steps.ts';
import { trashedModelOf } from './model-files.ts';
import { trashRoot } from './trash-store.ts';

const trashedName = /^(.+)\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$/;

/**
 * Lists again what lies in the trash and no row knows of: after the loss of the database. What a restore left behind
 * when it was cut off at its very end goes. To be called once, after the first scan.
 */
export async function adoptTrash(deps: WriteDeps): Promise<void> {
  for (const declaration of categoryList) {
    const folder = path.join(trashRoot, declaration.folder);
    const names = await readdir(path.join(deps.dataDir, folder)).catch(() => []);
    const known = await deps.db
      .selectFrom('trash')
      .select('id')
      .where('category', '=', declaration.name)
      .execute();
    const ids = new Set(known.map(({ id }) => id));
    for (const name of names) {
      const [, slug, id] = trashedName.exec(name) ?? [];
      if (slug === undefined || id === undefined || ids.has(id)) continue;
      await deps.lock.run(declaration.name, () => adopt(deps, declaration, path.join(folder, name), id));
    }
  }
}

async function adopt(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  file: string,
  id: string,
): Promise<void> {
  const bytes = await bytesOf(path.join(deps.dataDir, file));
  const parsed = bytes === null ? null : parseEntity(bytes, declaration);
  if (bytes === null || parsed?.ok !== true) return;
  const hash = hashOf(bytes);
  const { slug, name } = identify(declaration, parsed.data, path.basename(file));
  const restored = await deps.db
    .selectFrom('entity')
    .select('slug')
    .where('category', '=', declaration.name)
    .where('revision', '=', hash)
    .where('gone_at', 'is', null)
    .executeTakeFirst();
  if (restored !== undefined) return removeFile(path.join(deps.dataDir, file));
  const model: TrashedModel | null = await trashedModelOf(deps.modelRoots, id);
  await deps.db
    .insertInto('trash')
    .values({
      ...{
        id,
        slug,
        name,
        file,
        hash,
        category: declaration.name,
        filename: `${slug}.json`,
        deleted_by: 'user',
      },
      model: model === null ? null : JSON.stringify(model),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}
