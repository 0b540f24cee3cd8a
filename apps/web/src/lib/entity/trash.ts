import type { EntityCard, EntityWritten } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { categoryOf } from '#lib/categories.ts';
import { count } from '#lib/format.ts';
import { settings } from '#lib/live/settings.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { changeMany, namesOf } from './change-many.ts';

/**
 * Puts entities of one category into the trash; the toast brings them back. `hard` takes their model files along.
 * @returns those that are gone now
 */
export async function moveToTrash(
  cards: readonly EntityCard[],
  options: { hard?: boolean } = {},
): Promise<EntityCard[]> {
  const [first] = cards;
  if (first === undefined) return [];
  const outcomes = await changeMany(first.category, cards, { action: 'delete', hard: options.hard ?? false });
  const failed = outcomes.filter(({ error }) => error !== null);
  if (failed[0]) toasts.failed(`Not deleted: ${namesOf(failed.map(({ card }) => card))}`, failed[0].error);
  const gone = outcomes.filter(({ error }) => error === null);
  const ids = gone.flatMap(({ trashId }) => trashId ?? []);
  const lost = gone.map(({ card }) => card);
  if (lost.length > 0) tell(lost, ids);
  return lost;
}

function tell(gone: readonly EntityCard[], trashIds: readonly string[]): void {
  const cover = gone[0]?.cover;
  toasts.show({
    title: `${namesOf(gone)} ${gone.length === 1 ? 'is' : 'are'} in the trash`,
    ...(cover
      ? { thumb: { url: cover.thumb_url, veiled: settings.veils(gone.some((card) => card.is_nsfw)) } }
      : {}),
    action: { label: 'Undo', run: () => void restoreAll(trashIds) },
  });
}

/** Brings entities back from the trash, one by one. @returns those that are back */
export async function restoreAll(trashIds: readonly string[]): Promise<EntityWritten['entity'][]> {
  const back: EntityWritten['entity'][] = [];
  let failure: unknown = null;
  let failures = 0;
  for (const id of trashIds) {
    try {
      back.push((await api.editing.restore(id)).entity);
    } catch (error) {
      failure ??= error;
      failures += 1;
    }
  }
  if (failures > 0) toasts.failed(`${count(failures, 'entry', 'entries')} did not come back`, failure);
  if (back.length > 0) {
    const where = categoryOf(back[0]?.category ?? '')?.label ?? 'the library';
    toasts.show({ title: `${namesOf(back)} ${back.length === 1 ? 'is' : 'are'} back`, text: `In ${where}.` });
  }
  return back;
}
