import type { CategoryName } from '@gaze/contracts';
import { GazeMediaError } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import type { GenerationRecord } from '@gaze/contracts';
import { keptKeys, putSidecar, sidecarOf, trashKey } from './sidecars.ts';

export const trashFolder = '.trash/';

/** Where a picture lies while it is in the trash: its id keeps two of one name apart, its key says where it belongs. */
export const trashPath = (id: string, key: string): string => `${trashFolder}${id}/${key}`;

/** The id and the key in such a path; null for anything else. */
export function readTrashPath(path: string): { id: string; key: string } | null {
  const match = /^\.trash\/([^/]+)\/(.+)$/.exec(path);
  return match === null ? null : { id: match[1] ?? '', key: match[2] ?? '' };
}

export interface TrashedFile {
  id: string;
  key: string;
  is_favourite: boolean;
  is_nsfw: boolean;
  rating: number | null;
  record: GenerationRecord | null;
  covers: readonly { category: CategoryName; slug: string }[];
  hidden_at: Date;
}

/**
 * Brings a picture and its sidecar into the trash. May be cut off anywhere and begun again: the sidecar in the trash
 * is there first, and the picture moves once.
 */
export async function moveToTrash(store: ObjectStore, image: TrashedFile): Promise<void> {
  const target = trashPath(image.id, image.key);
  await putSidecar(store, `${target}.json`, {
    ...(await keptKeys(store, `${image.key}.json`)),
    ...sidecarOf(image),
    [trashKey]: { at: image.hidden_at.toISOString(), covers: image.covers },
  });
  await moveIfThere(store, image.key, target);
  await store.delete(`${image.key}.json`);
}

/**
 * The way back, as far as the files go. Whatever lies where the picture belongs stays.
 * @throws GazeMediaError conflict where something else lies there, not_found where the picture is not in the trash
 */
export async function moveFromTrash(store: ObjectStore, id: string, key: string): Promise<void> {
  const from = trashPath(id, key);
  const isInTrash = await store.exists(from);
  if (await store.exists(key)) {
    if (isInTrash)
      throw new GazeMediaError('conflict', `Another picture lies at «${key}» now. Move it away first.`);
  } else if (isInTrash) await store.move(from, key);
  else throw new GazeMediaError('not_found', 'The file of this picture is not in the trash any more.');
  await moveIfThere(store, `${from}.json`, `${key}.json`);
}

async function moveIfThere(store: ObjectStore, from: string, to: string): Promise<void> {
  try {
    await store.move(from, to);
  } catch (error) {
    if (!(error instanceof GazeMediaError) || error.code !== 'not_found') throw error;
  }
}
