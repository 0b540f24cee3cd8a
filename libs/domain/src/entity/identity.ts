import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { own, textOf } from '../json.ts';

export interface Identity {
  id: string;
  name: string;
  /** Empty where the id holds no letter, digit or underscore of ASCII: such a file gets no address. */
  slug: string;
}

/** The address of an id: characters outside [a-zA-Z0-9_] are dropped, or replaced where the category says so. */
export function slugOf(declaration: Pick<CategoryDeclaration, 'slugRule'>, id: string): string {
  return id.replace(/[^a-zA-Z0-9_]/g, declaration.slugRule === 'underscore' ? '_' : '');
}

/** Who a file is. A missing id is the file's name without `.json`, a missing name the id with `_` as spaces. */
export function identify(declaration: CategoryDeclaration, data: EntityData, filename: string): Identity {
  const id = textOf(own(data, declaration.idField)) ?? filename.replace(/\.json$/i, '');
  const name = textOf(own(data, declaration.nameField)) ?? id.replaceAll('_', ' ');
  return { id, name, slug: slugOf(declaration, id) };
}
