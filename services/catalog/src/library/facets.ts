import type { CategoryName, FacetView } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import { concernsEntity } from './cards.ts';

const facetValues = 12;

/** What a category can be narrowed by, with counts. */
export async function facetsOf(
  db: DbOrTrx,
  category: CategoryName,
): Promise<{ total: number; facets: FacetView[] }> {
  const facets: FacetView[] = [];
  for (const field of categories[category].tags) {
    const values = await tagValues(db, category, field.key);
    if (values.length > 0) facets.push({ key: field.key, label: field.label, values });
  }
  const totals = await db
    .selectFrom('entity')
    .select([
      sql<number>`count(*)::int`.as('total'),
      sql<number>`(count(*) FILTER (WHERE lora_name IS NOT NULL))::int`.as('lora'),
      sql<number>`(count(*) FILTER (WHERE cover_key IS NULL))::int`.as('no_cover'),
      sql<number>`(count(*) FILTER (WHERE EXISTS (SELECT FROM problem_file WHERE problem_file.category = entity.category AND ${concernsEntity})))::int`.as(
        'problem',
      ),
    ])
    .where('category', '=', category)
    .where('gone_at', 'is', null)
    .executeTakeFirstOrThrow();
  const has = [
    { value: 'lora', label: 'LoRA', count: totals.lora },
    { value: 'no_cover', label: 'No cover', count: totals.no_cover },
    { value: 'problem', label: 'Problem', count: totals.problem },
  ].filter((entry) => entry.count > 0);
  if (has.length > 0) facets.push({ key: 'has', label: 'Has', values: has });
  return { total: totals.total, facets };
}

async function tagValues(db: DbOrTrx, category: CategoryName, key: string): Promise<FacetView['values']> {
  const values = await sql<{ value: string; count: number }>`
    SELECT value, count(*)::int AS count FROM (
      SELECT jsonb_array_elements_text(CASE jsonb_typeof(tags->${key}) WHEN 'array' THEN tags->${key} WHEN 'string' THEN jsonb_build_array(tags->${key}) ELSE '[]'::jsonb END) AS value
      FROM entity WHERE category = ${category} AND gone_at IS NULL) AS words
    WHERE value <> '' GROUP BY value ORDER BY count DESC, value COLLATE "C" LIMIT ${facetValues}`.execute(db);
  return values.rows.map(({ value, count }) => ({ value, label: value, count }));
}

/** How many entries each category has, how many pictures and faulty files there are: the figures of the navigation. */
export async function countsOf(
  db: DbOrTrx,
): Promise<{ counts: Partial<Record<CategoryName, number>>; images: number; problems: number }> {
  const rows = await db
    .selectFrom('entity')
    .select(['category', sql<number>`count(*)::int`.as('n')])
    .where('gone_at', 'is', null)
    .groupBy('category')
    .execute();
  const images = await db
    .selectFrom('image')
    .select(sql<number>`count(*)::int`.as('n'))
    .executeTakeFirstOrThrow();
  const problems = await db
    .selectFrom('problem_file')
    .select(sql<number>`count(*)::int`.as('n'))
    .executeTakeFirstOrThrow();
  return {
    counts: Object.fromEntries(rows.map((row) => [row.category, row.n])),
    images: images.n,
    problems: problems.n,
  };
}
