import type { CoverageCell, EntityCard, RecipeInput, SubmitInput } from '@gaze/contracts';

/** What a character wears in a column: an entry of the outfits, or an outfit of its own wardrobe. */
export interface Column {
  kind: 'entity' | 'worn';
  /** Slug of the entry, or name of the outfit. */
  key: string;
  label: string;
  card: EntityCard | null;
}

/** What it does in a row. */
export type Row = Pick<EntityCard, 'slug' | 'name' | 'cover' | 'is_nsfw'>;

/** Slug of a scene; `-`: without one; null: wherever. */
export type Scene = string | null;

export interface Combination {
  column: Column;
  row: Row;
}

export const columnId = ({ kind, key }: Pick<Column, 'kind' | 'key'>): string => `${kind}:${key}`;
export const combinationId = ({ column, row }: Combination): string => `${columnId(column)}|${row.slug}`;

/** The cells of an answer by the id of their combination. */
export function cellsById(cells: readonly CoverageCell[]): ReadonlyMap<string, CoverageCell> {
  return new Map(
    cells.map((cell) => {
      const column = cell.outfit === null ? `worn:${cell.worn ?? ''}` : `entity:${cell.outfit}`;
      return [`${column}|${cell.action}`, cell];
    }),
  );
}

/** Every combination, row by row. */
function combinationsOf(columns: readonly Column[], rows: readonly Row[]): Combination[] {
  return rows.flatMap((row) => columns.map((column) => ({ column, row })));
}

export function gapsOf(
  columns: readonly Column[],
  rows: readonly Row[],
  cells: ReadonlyMap<string, CoverageCell>,
): Combination[] {
  return combinationsOf(columns, rows).filter((combination) => !cells.has(combinationId(combination)));
}

export interface Character {
  slug: string;
  name: string;
}

export const labelOf = ({ name }: Character, { column, row }: Combination): string =>
  `${name} · ${column.label} · ${row.name}`;

/** What to queue so that a combination has a picture. */
export function submission(character: Character, combination: Combination, scene: Scene): SubmitInput {
  const { column, row } = combination;
  const recipe: RecipeInput = {
    owner: { category: 'characters', slug: character.slug },
    parts: {
      characters: [{ slug: character.slug }],
      ...(column.kind === 'entity' ? { outfits: [{ slug: column.key }] } : {}),
      actions: [{ slug: row.slug }],
      ...(scene === null || scene === '-' ? {} : { scenes: [{ slug: scene }] }),
    },
    ...(column.kind === 'worn' ? { outfit_name: column.key } : {}),
  };
  return { recipe, lane: 'batch', label: labelOf(character, combination).slice(0, 200) };
}

/** The generator with a combination chosen. */
export function generatorHref(character: Character, { column, row }: Combination, scene: Scene): string {
  const query = new URLSearchParams({ characters: character.slug, actions: row.slug });
  if (column.kind === 'entity') query.set('outfits', column.key);
  else query.set('worn', column.key);
  if (scene !== null && scene !== '-') query.set('scenes', scene);
  return `/generator?${query.toString()}`;
}
