import type { CategoryName } from '@gaze/contracts';
import { categoryIcons, categoryList, type CategoryFacts } from 'virtual:category-facts';

export { categoryIcons, categoryList, type CategoryFacts };

const byName = new Map<string, CategoryFacts>(categoryList.map((facts) => [facts.name, facts]));

/** The declaration behind a word of the URL, or undefined for any other word. */
export function categoryOf(name: string): CategoryFacts | undefined {
  return byName.get(name);
}

/** Declaration of a category that is known to exist. */
export function category(name: CategoryName): CategoryFacts {
  const facts = byName.get(name);
  if (!facts) throw new Error(`There is no category ${name}.`);
  return facts;
}

export function entityHref(of: { category: string; slug: string }): string {
  return `/${of.category}/${of.slug}`;
}
