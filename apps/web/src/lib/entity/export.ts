import type { CategoryName, EntityCard } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { saveFile } from '#lib/ui/save-file.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { namesOf } from './change-many.ts';

/** Saves the files of entities on this device: one as it is, several as an archive. */
export async function exportEntities(category: CategoryName, cards: readonly EntityCard[]): Promise<void> {
  const [first] = cards;
  if (first === undefined) return;
  try {
    if (cards.length > 1) {
      const slugs = cards.map(({ slug }) => slug);
      save(await api.editing.export(category, slugs), `gaze-${category}.zip`);
    } else {
      const { text, filename } = await api.editing.text(category, first.slug);
      save(new Blob([text], { type: 'application/json' }), filename);
    }
  } catch (error) {
    toasts.failed(`Not exported: ${namesOf(cards)}`, error);
  }
}

/** A browser may save without a word. */
function save(bytes: Blob, filename: string): void {
  saveFile(bytes, filename);
  toasts.show({ title: `${filename} is saved`, text: 'It is where this browser puts what it downloads.' });
}
