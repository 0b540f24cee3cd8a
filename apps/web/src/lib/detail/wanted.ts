import type { CategoryName, EntityDetail } from '@gaze/contracts';
import { categories, RANDOM } from '@gaze/contracts';
import { slugOf } from '@gaze/domain';
import { textAt } from './facts.ts';
import type { PresetFacts } from './preset-parts.ts';
import type { Selection } from './selection.ts';

/** Another entity, by its address. */
export interface Ref {
  category: CategoryName;
  slug: string;
}

/** A look brings the character that its file names. */
export function lookCharacter(entity: Pick<EntityDetail, 'category' | 'data'> | null): Ref[] {
  if (entity?.category !== 'looks') return [];
  const id = textAt(entity.data, 'character_id');
  return id === '' ? [] : [{ category: 'characters', slug: slugOf(categories.characters, id) }];
}

/** The entities whose data the prompts of a page need, besides its own. What is drawn is not among them. */
export function wantedRefs(
  entity: Pick<EntityDetail, 'category' | 'data'> | null,
  { companions }: Pick<Selection, 'companions'>,
  preset: Pick<PresetFacts, 'parts'> | null,
): Ref[] {
  if (entity === null) return [];
  const chosen = Object.entries(companions).flatMap(([category, slugs]) =>
    slugs.map((slug) => ({ category: category as CategoryName, slug })),
  );
  const ofPreset = (preset?.parts ?? []).flatMap(({ category, slug }) =>
    slug === null ? [] : [{ category, slug }],
  );
  return [...lookCharacter(entity), ...chosen, ...ofPreset].filter(
    ({ slug }) => slug !== RANDOM && slug !== '',
  );
}
