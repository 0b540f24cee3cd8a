import type { CategoryName } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** The id by which files name an entry; null where it could not be told, which is said. */
export async function idOf(category: CategoryName, slug: string): Promise<string | null> {
  try {
    return (await api.entities.get(category, slug)).id;
  } catch (error) {
    toasts.failed(`${slug} was not chosen`, error);
    return null;
  }
}
