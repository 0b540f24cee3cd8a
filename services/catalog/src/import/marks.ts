import type { CategoryName } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { slugOf } from '@gaze/domain';
import { setNsfw } from '../editing/nsfw.ts';
import { cardOf } from '../library/cards.ts';
import { changeEntity } from '../library/detail.ts';
import { setCover } from '../library/covers.ts';
import { decideTaking } from './decide.ts';
import type { ImportState } from './deps.ts';
import { count } from './deps.ts';
import { keyOfUpload } from './pictures.ts';
import { hashOfValue, importedBefore, noteImported } from './records.ts';
import type { SourceRow } from './source-database.ts';

/** One thing that only a database knew: what it is in the original, what it is here, and how it is set. */
interface Mark {
  name: string;
  theirs: unknown;
  ours: unknown;
  /** What nobody has chosen looks like. */
  blank: unknown;
  set: () => Promise<void>;
}

/** Favourites, default fields, active outfits, covers and NSFW marks. Pictures have to be in the gallery by now. */
export async function takeMarks(
  state: ImportState,
  rows: ReadonlyMap<CategoryName, readonly SourceRow[]>,
): Promise<void> {
  const before = await importedBefore(state.writing.db, 'marks');
  let unknownCovers = 0;
  for (const [category, entries] of rows) {
    for (const row of entries) {
      state.signal.throwIfAborted();
      const slug = slugHere(category, row);
      const marks = await marksOf(state, category, slug, row);
      if (marks === null) continue;
      if (marks.coverIsLost) unknownCovers++;
      let changed = false;
      for (const mark of marks.list)
        changed = (await takeMark(state, `${category}/${slug}#${mark.name}`, mark, before)) || changed;
      if (changed) await tell(state, category, slug);
    }
  }
  if (unknownCovers > 0)
    state.report.notes.push(`${unknownCovers} covers of the original point at pictures that are not there.`);
}

/** The original wrote slugs by the same rules; the id in its JSON decides where they differ. */
function slugHere(category: CategoryName, row: SourceRow): string {
  const id = row.data?.[categories[category].idField];
  return typeof id === 'string' && id.trim() !== '' ? slugOf(categories[category], id.trim()) : row.slug;
}

async function marksOf(
  state: ImportState,
  category: CategoryName,
  slug: string,
  row: SourceRow,
): Promise<{ list: Mark[]; coverIsLost: boolean } | null> {
  const { writing } = state;
  const { db } = writing;
  const here = await db
    .selectFrom('entity')
    .select(['is_favourite', 'is_nsfw', 'default_fields', 'active_outfit', 'cover_key'])
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where('gone_at', 'is', null)
    .executeTakeFirst();
  if (here === undefined) return null;
  const change = (what: Parameters<typeof changeEntity>[3]) => () => changeEntity(db, category, slug, what);
  const list: Mark[] = [
    {
      ...{ name: 'favourite', theirs: row.favourite, ours: here.is_favourite, blank: false },
      set: change({ is_favourite: row.favourite }),
    },
    {
      ...{ name: 'fields', theirs: row.defaultFields, ours: here.default_fields, blank: [] },
      set: change({ default_fields: row.defaultFields }),
    },
  ];
  // The file says it wherever it says anything; the original kept both alike.
  if (row.nsfw && !here.is_nsfw)
    list.push({
      ...{ name: 'nsfw', theirs: true, ours: false, blank: false },
      set: () => setNsfw(writing, { category, slug, nsfw: true, by: 'user: import' }),
    });
  if (category === 'characters' && row.activeOutfit !== null)
    list.push({
      ...{ name: 'outfit', theirs: row.activeOutfit, ours: here.active_outfit, blank: null },
      set: change({ active_outfit: row.activeOutfit }),
    });
  const cover = row.cover === null ? null : await pictureOf(state, row.cover);
  if (cover !== null)
    list.push({
      ...{ name: 'cover', theirs: cover.key, ours: here.cover_key, blank: null },
      set: async () => {
        await setCover(db, category, slug, cover);
      },
    });
  return { list, coverIsLost: row.cover !== null && cover === null && !state.dryRun };
}

/** The picture that a path of the original means; with a back slash where it ran on Windows. */
async function pictureOf(
  { writing }: ImportState,
  cover: string,
): Promise<{ key: string; sha256: string } | null> {
  const key = keyOfUpload(cover.replaceAll('\\', '/'));
  const row = await writing.db
    .selectFrom('image')
    .select(['key', 'sha256'])
    .where('key', '=', key)
    .executeTakeFirst();
  return row ?? null;
}

/** Whether it was set. */
async function takeMark(
  state: ImportState,
  key: string,
  mark: Mark,
  before: ReadonlyMap<string, string>,
): Promise<boolean> {
  const [theirs, ours, blank] = [mark.theirs, mark.ours, mark.blank].map(hashOfValue) as [
    string,
    string,
    string,
  ];
  // What is blank on both sides is no mark.
  if (theirs === blank && before.get(key) === undefined) return false;
  const isBlank = ours === blank && before.get(key) === undefined;
  const taking = decideTaking({ theirs, ours: isBlank ? null : ours, before: before.get(key) });
  const isDue = !state.dryRun && (taking === 'added' || taking === 'updated');
  if (isDue) await mark.set();
  if (!state.dryRun && taking !== 'kept' && before.get(key) !== theirs)
    await noteImported(state.writing.db, 'marks', key, theirs);
  count(state, 'marks', taking);
  return isDue;
}

async function tell({ writing }: ImportState, category: CategoryName, slug: string): Promise<void> {
  const entity = await cardOf(writing.db, category, slug);
  if (entity !== null) await writing.events.emit(writing.db, { type: 'entity.changed', entity });
}
