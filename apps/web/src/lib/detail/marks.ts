import type { CategoryName, Snapshot } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import type { PopulatedSection } from '@gaze/domain';
import { populatedSections } from '@gaze/domain';
import { tagKeys } from './tag-flow.ts';

/** Which tags a chip stands for: normal forms by the chip's id. */
export type Marks = ReadonlyMap<string, ReadonlySet<string>>;

/** The id of a companion's chip; a field's chip has its address. */
export const companionId = (of: { category: CategoryName; slug: string }): string =>
  `${of.category}/${of.slug}`;

/**
 * What every chip of the page has in the prompts: the fields of the entity itself, and each companion as a whole.
 * @param owner the entity of the page: its part is left to the fields; null: the page is about nobody
 */
export function marksOf(
  sections: readonly PopulatedSection[],
  snapshot: Pick<Snapshot, 'parts' | 'active_outfit'> | null,
  owner: { category: CategoryName; slug: string } | null,
): Marks {
  const marks = new Map<string, ReadonlySet<string>>();
  for (const section of sections)
    for (const field of section.fields) marks.set(field.address, tagKeys(field.text));
  for (const part of snapshot?.parts ?? []) {
    if (part.category === owner?.category && part.slug === owner.slug) continue;
    const fields = populatedSections(categories[part.category], part.data, snapshot?.active_outfit ?? null)
      .flatMap((section) => section.fields)
      .filter((field) => part.fields.includes(field.address));
    marks.set(companionId(part), tagKeys(...fields.map((field) => field.text)));
  }
  return marks;
}

/** Normal forms of all triggers that are wired. */
export function triggerKeys(snapshot: Pick<Snapshot, 'parts'> | null): ReadonlySet<string> {
  return tagKeys(...(snapshot?.parts ?? []).map((part) => part.lora?.triggers ?? ''));
}
