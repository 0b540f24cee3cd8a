import type { CategoryName, ImageDetail, ImageView } from '@gaze/contracts';
import { categoryOf } from '#lib/categories.ts';

export interface EntityOf {
  category: CategoryName;
  slug: string;
  name: string;
}

/** The entities that a picture shows or was made from: its owner first. */
export function entitiesOf(image: ImageView, detail: ImageDetail | null): EntityOf[] {
  const found = new Map<string, EntityOf>();
  for (const one of [image.owner, ...(detail?.generation?.entities ?? [])]) {
    const category = one && categoryOf(one.category)?.name;
    if (!one || !category) continue;
    const key = `${category}/${one.slug}`;
    if (!found.has(key)) found.set(key, { category, slug: one.slug, name: one.name });
  }
  return [...found.values()];
}
