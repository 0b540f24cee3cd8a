import type { CategoryName, ItemResult } from '@gaze/contracts';
import { migratedTags } from '@gaze/domain';
import { toWireError } from '@gaze/runtime';
import { isDatabaseAway } from '../db/errors.ts';
import { madeBy } from './authors.ts';
import { changeEntity } from './change-entity.ts';
import type { WriteDeps } from './deps.ts';
import { changeText } from './text-edit.ts';

const atOnce = 500;

/** Rewrites old lists of tags as the objects of today, each as a change that can be undone. */
export async function migrateTags(
  deps: WriteDeps,
  request: { category?: CategoryName | undefined; by: string },
): Promise<{ migrated: number; remaining: number; problems: ItemResult[] }> {
  const due = await withOldTags(deps, request.category);
  let migrated = 0;
  const problems: ItemResult[] = [];
  for (const { category, slug } of due.slice(0, atOnce)) {
    const note = 'Old tags became an object.';
    try {
      await changeEntity(deps, { category, slug, by: madeBy(request.by), note }, ({ text, data }) =>
        changeText(text, migratedTags(data)),
      );
      migrated++;
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      problems.push({ category, slug, problem: toWireError(error) });
    }
  }
  return { migrated, remaining: due.length - migrated, problems };
}

function withOldTags(deps: WriteDeps, category: CategoryName | undefined) {
  let select = deps.db
    .selectFrom('entity')
    .select(['category', 'slug'])
    .where('has_old_tags', '=', true)
    .where('gone_at', 'is', null);
  if (category !== undefined) select = select.where('category', '=', category);
  return select.orderBy('category').orderBy('slug').execute();
}
