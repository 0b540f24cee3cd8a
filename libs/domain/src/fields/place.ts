import type { CategoryName } from '@gaze/contracts';
import { categories } from '@gaze/contracts';

/** Whose data is being read, for the sentences about its faults. */
export interface DataPlace {
  name: string;
  /** Relative to the data folder. */
  file: string;
}

/** Where an entity lies on disk. Without its file name: where GAZE itself would have written it. */
export function placeOf(entity: {
  category: CategoryName;
  slug: string;
  name: string;
  filename?: string;
}): DataPlace {
  const { folder } = categories[entity.category];
  return { name: entity.name, file: `${folder}/${entity.filename ?? `${entity.slug}.json`}` };
}
