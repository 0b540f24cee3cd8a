import type { CategoryName, EntityCard, EntityDetail, ImageView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { pictureBytes } from '#lib/api/picture-bytes.ts';
import { categoryOf } from '#lib/categories.ts';
import { settings } from '#lib/live/settings.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { cardChanges } from './card-changes.ts';

/** The entity that a picture can be the cover of; null for pictures of no library. */
export function ownerOf(image: ImageView): { category: CategoryName; slug: string; name: string } | null {
  const category = image.owner && categoryOf(image.owner.category)?.name;
  return category && image.owner ? { ...image.owner, category } : null;
}

/** Makes a picture the cover of its entity. */
export async function useAsCover(image: ImageView): Promise<void> {
  const owner = ownerOf(image);
  if (owner) await setAsCover(image, owner);
}

/** Makes a picture the cover of an entity; the toast leads back to the cover before. */
export async function setAsCover(
  image: ImageView,
  owner: { category: CategoryName; slug: string; name: string },
): Promise<void> {
  try {
    const before = await api.entities.get(owner.category, owner.slug);
    cardChanges.publish(await api.entities.setCover(owner.category, owner.slug, image.id));
    const restore = restorer(before);
    toasts.show({
      title: `Cover of ${owner.name} changed`,
      thumb: { url: image.thumb_url, veiled: settings.veils(image.is_nsfw) },
      action: { label: 'Undo', run: () => void undo(before, restore) },
    });
  } catch (error) {
    toasts.failed(`The cover of ${owner.name} was not changed`, error);
  }
}

/** Uploads a picture as the cover of an entity; the toast leads back to the cover before. */
export async function uploadCover(entity: EntityDetail, file: File): Promise<void> {
  if (!/^image\/(png|jpeg|webp)$/.test(file.type)) {
    toasts.show({
      tone: 'bad',
      title: `${file.name} cannot be a cover`,
      text: 'A cover is a PNG, JPEG or WebP picture of at most 32 MB.',
    });
    return;
  }
  const restore = restorer(entity);
  try {
    const card = await api.editing.uploadCover(entity.category, entity.slug, file);
    cardChanges.publish(card);
    toasts.show({
      title: `${entity.name} has a new cover`,
      ...(card.cover ? { thumb: { url: card.cover.thumb_url, veiled: settings.veils(card.is_nsfw) } } : {}),
      action: { label: 'Undo', run: () => void undo(entity, restore) },
    });
  } catch (error) {
    toasts.failed(`The cover of ${entity.name} was not changed`, error);
  }
}

/** Takes the cover off an entity; the toast leads back to it. */
export async function clearCover(entity: EntityDetail): Promise<void> {
  const restore = restorer(entity);
  try {
    cardChanges.publish(await api.entities.clearCover(entity.category, entity.slug));
    toasts.show({
      title: `${entity.name} has no cover any more`,
      text: 'The picture itself stays.',
      action: { label: 'Undo', run: () => void undo(entity, restore) },
    });
  } catch (error) {
    toasts.failed(`The cover of ${entity.name} was not cleared`, error);
  }
}

/** How to get the cover back that an entity had. */
function restorer(before: EntityDetail): () => Promise<EntityCard> {
  const { category, slug, cover, images } = before;
  if (cover?.kind !== 'own') return () => api.entities.clearCover(category, slug);
  const image = images.find((other) => other.url === cover.url);
  if (image) return () => api.entities.setCover(category, slug, image.id);
  // a cover that is none of its newest pictures, as one that came with the library: given again as it is
  return async () => api.editing.uploadCover(category, slug, await pictureBytes(cover.url));
}

async function undo(before: EntityDetail, restore: () => Promise<EntityCard>): Promise<void> {
  try {
    cardChanges.publish(await restore());
  } catch (error) {
    toasts.failed(`The cover of ${before.name} stays as it is`, error);
  }
}
