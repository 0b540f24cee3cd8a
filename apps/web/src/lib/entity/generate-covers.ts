import type { CategoryName, EntityCard, GenerateMissingReply } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { newRequestKey } from '#lib/api/request-key.ts';
import { category as factsOf } from '#lib/categories.ts';
import { count } from '#lib/format.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import type { Run } from './runs.svelte.ts';

/** As many as one request takes. */
const atOnce = 500;

/** Queues a cover for every entity of a category that has none. */
export async function generateMissing(category: CategoryName, run: Run): Promise<void> {
  const { label, labelSingular } = factsOf(category);
  try {
    const reply = await api.editing.generateMissing(category, {}, { idempotencyKey: newRequestKey() });
    const none = reply.entries.length === 0;
    if (none) toasts.show({ title: `Every ${labelSingular.toLowerCase()} has a cover` });
    else {
      run.start(`Missing covers of ${label.toLowerCase()}`, reply, new Map());
      tell(reply, reply.more ? 'There are more without a cover; ask again when these are done.' : '');
    }
  } catch (error) {
    toasts.failed('No cover was queued', error);
  }
}

/** Queues a new cover for each of these. */
export async function generateCovers(
  category: CategoryName,
  cards: readonly EntityCard[],
  run: Run,
): Promise<void> {
  const chosen = cards.slice(0, atOnce);
  try {
    const slugs = chosen.map(({ slug }) => slug);
    const reply = await api.editing.generateCovers(category, { slugs }, { idempotencyKey: newRequestKey() });
    const title = `Covers of ${count(chosen.length, 'entry', 'entries')}`;
    run.start(title, reply, new Map(chosen.map(({ slug, name }) => [slug, name])));
    tell(
      reply,
      cards.length > atOnce ? `These are the first ${atOnce}; choose the rest when they are done.` : '',
    );
  } catch (error) {
    toasts.failed('No cover was queued', error);
  }
}

function tell(reply: GenerateMissingReply, more: string): void {
  const refused = reply.entries.length - reply.queued;
  const text = [
    refused > 0 ? `${count(refused, 'entry', 'entries')} could not be queued; the card says why.` : '',
    more,
  ]
    .filter(Boolean)
    .join(' ');
  toasts.show({ title: `${count(reply.queued, 'cover')} queued`, ...(text === '' ? {} : { text }) });
}
