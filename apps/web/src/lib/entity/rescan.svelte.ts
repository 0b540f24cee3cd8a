import type { CategoryName, RescanResult } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import type { CategoryFacts } from '#lib/categories.ts';
import { count } from '#lib/format.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** Reads a category's files again and tells what it found. */
class Rescan {
  running = $state<CategoryName | null>(null);

  async run(category: CategoryFacts): Promise<void> {
    if (this.running) return;
    this.running = category.name;
    try {
      const { results } = await api.library.rescan(category.name);
      const result = results[0];
      if (result) toasts.show({ title: `${category.label} are read again`, text: summary(result) });
    } catch (error) {
      toasts.failed(`${category.label} were not read again`, error);
    } finally {
      this.running = null;
    }
  }
}

function summary(result: RescanResult): string {
  const changes = [
    result.added > 0 && `${result.added.toLocaleString('en')} new`,
    result.changed > 0 && `${result.changed.toLocaleString('en')} changed`,
    result.removed > 0 && `${result.removed.toLocaleString('en')} gone`,
    result.problems > 0 && `${count(result.problems, 'file')} with a problem`,
  ].filter((part) => part !== false);
  const found = changes.length > 0 ? changes.join(', ') : 'nothing changed';
  return `${count(result.files, 'file')}: ${found}.${result.warning ? ` ${result.warning}` : ''}`;
}

export const rescan = new Rescan();
