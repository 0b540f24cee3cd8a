import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import { slugOf } from '@gaze/domain';
import type { WriteDeps } from './deps.ts';

/**
 * Tells which ids cannot be used for a new entity: one has the address, its file's name is taken, or it lies in the
 * trash, from where it shall be able to come back. Case does not tell two apart: some file systems don't.
 */
export async function takenIds(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
): Promise<(id: string) => boolean> {
  const { name: category } = declaration;
  const rows = await deps.db.selectFrom('entity').select('slug').where('category', '=', category).execute();
  const trashed = await deps.db.selectFrom('trash').select('slug').where('category', '=', category).execute();
  const files = await readdir(path.join(deps.dataDir, declaration.folder)).catch(() => []);
  const taken = new Set([
    ...[...rows, ...trashed].map(({ slug }) => slug.toLowerCase()),
    ...files.map((file) => file.replace(/\.json$/i, '').toLowerCase()),
  ]);
  return (id) => {
    const slug = slugOf(declaration, id).toLowerCase();
    return slug === '' || taken.has(slug);
  };
}

export const fileOf = (slug: string): string => `${slug}.json`;
