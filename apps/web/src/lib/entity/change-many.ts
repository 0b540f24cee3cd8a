import { ApiError } from '@gaze/client';
import type { BulkInput, BulkReply, CategoryName, EntityCard } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';

/** As many as one request takes. */
const atOnce = 200;

export interface Outcome {
  card: EntityCard;
  /** Null: it was done. */
  error: unknown;
  /** Where it lies in the trash, of what was deleted. */
  trashId: string | null;
}

/**
 * Does one thing to any number of entities of one category, in requests of 200. Never throws: what a refused request
 * held is told as failed, entity by entity.
 */
export async function changeMany(
  category: CategoryName,
  cards: readonly EntityCard[],
  change: BulkInput['change'],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let from = 0; from < cards.length; from += atOnce) {
    outcomes.push(...(await changePart(category, cards.slice(from, from + atOnce), change)));
  }
  return outcomes;
}

async function changePart(
  category: CategoryName,
  cards: readonly EntityCard[],
  change: BulkInput['change'],
): Promise<Outcome[]> {
  try {
    const slugs = cards.map(({ slug }) => slug);
    const { results } = await api.editing.many(category, { slugs, change });
    const bySlug = new Map(results.map((result) => [result.slug, result]));
    return cards.map((card) => outcomeOf(card, bySlug.get(card.slug)));
  } catch (error) {
    return cards.map((card) => ({ card, error, trashId: null }));
  }
}

function outcomeOf(card: EntityCard, result: BulkReply['results'][number] | undefined): Outcome {
  const problem = result?.problem ?? null;
  return { card, error: problem && new ApiError(problem), trashId: result?.trash_id ?? null };
}

/** «Elke Marrow», «Elke Marrow and Captain Oda», «Elke Marrow and 11 others». */
export function namesOf(cards: readonly Pick<EntityCard, 'name'>[]): string {
  const [first, second] = cards;
  if (first === undefined) return 'Nothing';
  if (second === undefined) return first.name;
  return cards.length === 2
    ? `${first.name} and ${second.name}`
    : `${first.name} and ${(cards.length - 1).toLocaleString('en')} others`;
}
