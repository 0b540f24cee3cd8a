import type { CategoryDeclaration } from '@gaze/contracts';
import type { FileFault } from './faults.ts';
import { faultAtPath } from './faults.ts';
import type { KnownEntity } from './plan-scan.ts';
import type { EntityRow } from './row.ts';

/** The rows of a category as a scan knows them; kept up to date while it goes on. */
export interface KnownRows {
  bySlug: Map<string, KnownEntity>;
  /** Visible rows only: a hidden row has given its file's name up. */
  byFile: Map<string, KnownEntity>;
}

export function knownRows(entities: readonly KnownEntity[]): KnownRows {
  return {
    bySlug: new Map(entities.map((entity) => [entity.slug, entity])),
    byFile: new Map(entities.filter((entity) => !entity.gone).map((entity) => [entity.filename, entity])),
  };
}

/** Adds what is known of further rows. */
export function learn(known: KnownRows, entities: readonly KnownEntity[]): void {
  for (const entity of entities) {
    if (known.bySlug.has(entity.slug)) continue;
    known.bySlug.set(entity.slug, entity);
    if (!entity.gone) known.byFile.set(entity.filename, entity);
  }
}

export type Decision =
  | { type: 'add' }
  /** `before`: what the row holds so far. */
  | { type: 'change'; before: KnownEntity }
  /** Only the stamp is new. */
  | { type: 'same'; before: KnownEntity }
  /** `contested`: the entry whose address the file wants, too. */
  | { type: 'refuse'; fault: FileFault; contested: string | null };

/** Longer ones do not fit the indexes, and no page. */
export const longest = { slug: 200, id: 500, name: 500 } as const;

/**
 * Which row a well-formed file belongs to. Pure.
 *
 * A file keeps the row that it has. A row whose own file is gone goes to the file that now has its id: the file was
 * renamed outside, and pictures, favourite and state come along. Otherwise the first file with an id has it.
 */
export function decide(input: {
  declaration: CategoryDeclaration;
  row: EntityRow;
  known: KnownRows;
  isThere: (filename: string) => boolean;
}): Decision {
  const { declaration, row, known } = input;
  const refuse = (
    message: string,
    kind: FileFault['kind'] = 'schema',
    contested: string | null = null,
  ): Decision => ({
    type: 'refuse',
    fault: faultAtPath(kind, message, row.data, [declaration.idField]),
    contested,
  });
  if (row.slug === '')
    return refuse(`Its ${declaration.idField} holds no letter or digit that an address could be made of.`);
  for (const key of ['slug', 'id', 'name'] as const) {
    if (row[key].length > longest[key]) return refuse(`Its ${key} has more than ${longest[key]} characters.`);
  }
  const own = known.byFile.get(row.filename);
  if (own !== undefined && own.slug !== row.slug) {
    return refuse(
      `Its ${declaration.idField} changed the address from «${own.slug}» to «${row.slug}». Change it back, or rename the entry in GAZE so that its pictures come along.`,
    );
  }
  const holder = known.bySlug.get(row.slug);
  if (holder === undefined) return { type: 'add' };
  if (!holder.gone && holder.filename !== row.filename && input.isThere(holder.filename)) {
    return refuse(
      `It has the same address «${row.slug}» as ${holder.filename}, which had it first. Give it another ${declaration.idField}.`,
      'collision',
      row.slug,
    );
  }
  const same = holder.revision === row.revision && holder.filename === row.filename && !holder.gone;
  return { type: same ? 'same' : 'change', before: holder };
}

/** Keeps what a scan knows in step with a row that it took over. */
export function remember(known: KnownRows, row: EntityRow): void {
  const before = known.bySlug.get(row.slug);
  if (before !== undefined && known.byFile.get(before.filename) === before)
    known.byFile.delete(before.filename);
  const entity: KnownEntity = {
    slug: row.slug,
    filename: row.filename,
    revision: row.revision,
    gone: false,
    size: row.file_size,
    mtimeMs: row.file_mtime_ms,
    ctimeMs: row.file_ctime_ms,
    inode: row.file_inode,
  };
  known.bySlug.set(row.slug, entity);
  known.byFile.set(row.filename, entity);
}
