import { categories } from '@gaze/contracts';
import type { CategoryName } from '@gaze/contracts';
import { lookReference, presetReferences } from '@gaze/domain';
import type { FieldChange, RenamedId } from '@gaze/domain';
import type { EntityData } from '@gaze/contracts';
import { sql } from 'kysely';
import { changeEntity } from './change-entity.ts';
import type { WriteDeps } from './deps.ts';
import type { DueRename } from './renames-store.ts';
import { changeText } from './text-edit.ts';

/**
 * Makes looks and presets that name a renamed entity name it by its new id, each as a change that can be undone.
 * @throws the first failure, after all others had their turn
 */
export async function updateReferences(deps: WriteDeps, due: DueRename): Promise<void> {
  const renamed: RenamedId = {
    from: due.from_id,
    to: due.to_id,
    fromSlug: due.from_slug,
    toSlug: due.to_slug,
  };
  const failures: unknown[] = [];
  for (const { category, slug } of await naming(deps, due)) {
    const changes = (data: EntityData): FieldChange[] =>
      category === 'looks'
        ? lookReference(data, renamed)
        : presetReferences(data, categories[due.category], renamed);
    const note = `«${due.from_id}» is called «${due.to_id}» now.`;
    await changeEntity(deps, { category, slug, by: due.made_by, note }, ({ text, data }) =>
      changeText(text, changes(data)),
    ).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Entities that may name it: the files decide. */
async function naming(deps: WriteDeps, due: DueRename): Promise<{ category: CategoryName; slug: string }[]> {
  const visible = () =>
    deps.db.selectFrom('entity').select(['category', 'slug']).where('gone_at', 'is', null);
  const quoted = (text: string): string => `%${JSON.stringify(text).replace(/[\\%_]/g, '\\$&')}%`;
  const presets = visible()
    .where('category', '=', 'presets')
    .where((e) =>
      e.or([due.from_id, due.from_slug].map((name) => e(sql<string>`data::text`, 'like', quoted(name)))),
    )
    .orderBy('slug')
    .execute();
  if (due.category !== 'characters') return presets;
  const looks = visible()
    .where('category', '=', 'looks')
    .where(sql<string>`data->>'character_id'`, '=', due.from_id)
    .orderBy('slug')
    .execute();
  return [...(await looks), ...(await presets)];
}
