import type { EntityCard } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { settings } from '#lib/live/settings.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { cardChanges } from './card-changes.ts';

/** Stars or unstars an entity: at once on the page, with a way back. */
export async function setFavourite(card: EntityCard, favourite: boolean, isUndo = false): Promise<void> {
  cardChanges.publish({ ...card, is_favourite: favourite });
  try {
    cardChanges.publish(await api.entities.favourite(card.category, card.slug, favourite));
  } catch (error) {
    cardChanges.publish(card);
    toasts.failed(
      `${card.name} was not ${favourite ? 'added to the favourites' : 'taken out of the favourites'}`,
      error,
    );
    return;
  }
  if (isUndo) return;
  toasts.show({
    title: favourite ? `${card.name} is a favourite` : `${card.name} is no favourite any more`,
    ...(card.cover ? { thumb: { url: card.cover.thumb_url, veiled: settings.veils(card.is_nsfw) } } : {}),
    action: {
      label: 'Undo',
      run: () => void setFavourite({ ...card, is_favourite: favourite }, !favourite, true),
    },
  });
}
