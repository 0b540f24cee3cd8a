import type { BulkAction, CategoryName, ItemResult } from '@gaze/contracts';
import { toWireError } from '@gaze/runtime';
import { isDatabaseAway } from '../db/errors.ts';
import { deleteEntity } from './delete.ts';
import type { WriteDeps } from './deps.ts';
import { setNsfw } from './nsfw.ts';

export interface BulkDeps extends WriteDeps {
  setFavourite: (category: CategoryName, slug: string, favourite: boolean) => Promise<unknown>;
}

/** Does one thing to many entities, one after the other; each succeeds or fails on its own. */
export async function changeMany(
  deps: BulkDeps,
  request: { category: CategoryName; slugs: readonly string[]; change: BulkAction; by: string },
): Promise<{ results: ItemResult[] }> {
  const { category } = request;
  const results: ItemResult[] = [];
  for (const slug of new Set(request.slugs)) {
    try {
      const trashId = await changeOne(deps, request, slug);
      results.push({ category, slug, problem: null, ...(trashId === null ? {} : { trash_id: trashId }) });
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      results.push({ category, slug, problem: toWireError(error) });
    }
  }
  return { results };
}

/** @returns where it lies in the trash, of what was deleted */
async function changeOne(
  deps: BulkDeps,
  { category, change, by }: { category: CategoryName; change: BulkAction; by: string },
  slug: string,
): Promise<string | null> {
  switch (change.action) {
    case 'favourite':
      await deps.setFavourite(category, slug, change.favourite);
      return null;
    case 'nsfw':
      await setNsfw(deps, { category, slug, nsfw: change.nsfw, by });
      return null;
    case 'delete':
      return deleteEntity(deps, { category, slug, hard: change.hard, by });
  }
}
