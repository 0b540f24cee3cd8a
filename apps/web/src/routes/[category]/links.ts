import type { CategoryName, EntityCard } from '@gaze/contracts';

/** Pages on which a language model writes. */
export const describeHref = (category: CategoryName): string => `/llm/create?category=${category}`;
export const bulkHref = (category: CategoryName): string => `/llm/bulk?category=${category}`;

/** Tags of these entries anew; of all of the category where none is named. */
export function regenerateHref(
  category: CategoryName,
  cards: readonly Pick<EntityCard, 'slug'>[] = [],
): string {
  const query = new URLSearchParams({ category });
  for (const { slug } of cards) query.append('slug', slug);
  return `/llm/regenerate?${query.toString()}`;
}
