import type { ImageDetail, ImageView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

type Flags = Partial<Pick<ImageView, 'is_favourite' | 'is_nsfw'>>;

/** Changes a picture's marks: `show` draws the change at once, and the old picture again where the server refuses. */
export async function setFlags(
  image: ImageDetail,
  flags: Flags,
  show: (image: ImageDetail) => void,
): Promise<void> {
  show({ ...image, ...flags });
  try {
    show(await api.images.setFlags(image.id, flags));
  } catch (error) {
    show(image);
    toasts.failed('The picture was not marked', error);
  }
}
