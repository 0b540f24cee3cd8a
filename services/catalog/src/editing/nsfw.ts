import type { CategoryName } from '@gaze/contracts';
import { nsfwChanges } from '@gaze/domain';
import { madeBy } from './authors.ts';
import { changeEntity } from './change-entity.ts';
import type { WriteDeps } from './deps.ts';
import { changeText } from './text-edit.ts';

/** Marks an entity as NSFW, or not: in its file, from which the row follows. */
export async function setNsfw(
  deps: WriteDeps,
  request: { category: CategoryName; slug: string; nsfw: boolean; by: string },
): Promise<void> {
  const { category, slug, nsfw } = request;
  await changeEntity(deps, { category, slug, by: madeBy(request.by) }, ({ text, data }) =>
    changeText(text, nsfwChanges(data, nsfw)),
  );
}
