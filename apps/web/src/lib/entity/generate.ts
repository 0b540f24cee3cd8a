import type { EntityCard, GenerateInput } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { newRequestKey } from '#lib/api/request-key.ts';
import { jobs } from '#lib/live/jobs.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** Queues a picture around one entity. Tells in a toast what was left out, or why nothing was queued. */
async function generate(card: EntityCard, input: GenerateInput): Promise<void> {
  const asked = jobs.asked();
  try {
    const reply = await api.entities.generate(card.category, card.slug, input, {
      idempotencyKey: newRequestKey(),
    });
    jobs.take(reply.jobs, asked);
    if (reply.notes.length > 0) toasts.show({ title: `${card.name} is queued`, text: reply.notes.join(' ') });
  } catch (error) {
    toasts.failed(`${card.name} was not queued`, error);
  }
}

/** A new picture that becomes the cover when it is done. */
export function generateCover(card: EntityCard): Promise<void> {
  return generate(card, { cover: 'replace', label: `${card.name}, cover` });
}
