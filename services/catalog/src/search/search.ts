import { categories, searchRpc } from '@gaze/contracts';
import type { CategoryName, EntityHit, ImageHit, SearchQuery, SearchResults } from '@gaze/contracts';
import { askedWords, highlight, searchText, searchWords, snippet } from '@gaze/domain';
import { serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db, DbOrTrx } from '../db/connect.ts';
import { imageSource } from '../images/filters.ts';
import { imageView, selectImages } from '../images/views.ts';
import { selectCards, toCard } from '../library/cards.ts';
import { findEntities } from './entity-hits.ts';
import { findImages } from './find-images.ts';
import { askedOf } from './word-query.ts';

/** Looks words up in the whole house: entities by category, and pictures. */
export async function search(db: DbOrTrx, query: SearchQuery): Promise<SearchResults> {
  const words = askedWords(query.q);
  const [groups, images] = await Promise.all([
    query.type === 'images' ? [] : entityGroups(db, query, words),
    query.type === 'resources' ? null : imageGroup(db, query, words),
  ]);
  return { groups, images };
}

async function entityGroups(
  db: DbOrTrx,
  query: SearchQuery,
  words: readonly string[],
): Promise<SearchResults['groups']> {
  const found = await findEntities(db, query);
  return Promise.all(
    found.map(async ({ category, found: count, slugs }) => ({
      category,
      found: count,
      items: await entityHits(db, category, slugs, words),
    })),
  );
}

async function entityHits(
  db: DbOrTrx,
  category: CategoryName,
  slugs: readonly string[],
  words: readonly string[],
): Promise<EntityHit[]> {
  if (slugs.length === 0) return [];
  const rows = await selectCards(db)
    .select('entity.data')
    .where('entity.category', '=', category)
    .where('entity.slug', 'in', [...slugs])
    .execute();
  const bySlug = new Map(rows.map((row) => [row.slug, row]));
  return slugs.flatMap((slug) => {
    const row = bySlug.get(slug);
    if (row === undefined) return [];
    const text = searchText(categories[category], row.data);
    return [{ card: toCard(row), name: highlight(row.name, words), snippet: lineOf(text, row, words) }];
  });
}

/** The first line with most of the words; null where the name has them all. */
function lineOf(
  text: string,
  { name, id }: { name: string; id: string },
  words: readonly string[],
): EntityHit['snippet'] {
  const hits = (line: string): number => words.filter((word) => line.toLowerCase().includes(word)).length;
  if (hits(name) === words.length) return null;
  const lines = text.split('\n').filter((line) => line !== name && line !== id);
  const best = lines.reduce((found, line) => (hits(line) > hits(found) ? line : found), '');
  return best === '' ? null : snippet(best, words);
}

async function imageGroup(
  db: DbOrTrx,
  query: SearchQuery,
  words: readonly string[],
): Promise<SearchResults['images']> {
  const { category, nsfw, limit } = query;
  const asked = await askedOf(db, query.q);
  if (asked.length === 0) return { found: { count: 0, is_capped: false }, items: [] };
  const source = imageSource({ category, nsfw });
  const { ids, found } = await findImages(db, {
    source,
    asked,
    cursor: undefined,
    wanted: limit,
    isCounted: true,
  });
  return { found: found ?? { count: 0, is_capped: false }, items: await imageHits(db, ids, words) };
}

async function imageHits(db: DbOrTrx, ids: readonly string[], words: readonly string[]): Promise<ImageHit[]> {
  if (ids.length === 0) return [];
  const rows = await selectImages(db)
    .select('image.prompt')
    .where('image.id', 'in', [...ids])
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    // Found by its owner's name and not by its prompt: then that is what is shown.
    const owner = row.owner_name ?? row.owner_slug ?? '';
    const inPrompt = new Set(searchWords(row.prompt));
    const isInPrompt = words.some((word) => [...inPrompt].some((other) => other.includes(word)));
    return [
      { image: imageView(row), snippet: snippet(isInPrompt || owner === '' ? row.prompt : owner, words) },
    ];
  });
}

export function buildSearch({ db, log }: { db: Db; log: Log }) {
  return {
    serve: (nc: NatsConnection) => [serveRpc(nc, searchRpc.query, (query) => search(db, query), { log })],
  };
}
