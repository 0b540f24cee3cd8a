import type { CategoryName, LlmTask } from '@gaze/contracts';
import { categories, categoryList } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import type { LlmIntent } from '../db/schema.ts';
import { notThere } from '../library/detail.ts';
import { factsOf, usersOf } from './known-files.ts';
import { addressNow } from './renamed.ts';

/** What a model may choose from, per category of a preset: more would only fill its memory. */
const mostChoices = 80;
/** A question of the bus holds less than a megabyte, and no model reads that much. */
const mostDataBytes = 300_000;

/**
 * An intent as the task that a worker gets, with the entry as it is at this moment.
 * @throws GazeError not_found for an entry that is gone; data_error where it is too long; superseded where a file got an entry meanwhile
 */
export async function issueTask(db: DbOrTrx, intent: LlmIntent): Promise<LlmTask> {
  switch (intent.kind) {
    case 'regenerate_tags': {
      const slug = await addressNow(db, intent.category, intent.slug);
      return { ...intent, slug, ...(await versionOf(db, intent.category, slug)) };
    }
    case 'create_entity': {
      const { kind, category, description, name, nsfw } = intent;
      const isPreset = categories[category].generation.kind === 'preset';
      return {
        ...{ kind, category, description },
        ...(name === undefined ? {} : { name }),
        ...(nsfw === undefined ? {} : { nsfw }),
        ...(isPreset ? { choices: await choicesOf(db) } : {}),
      };
    }
    case 'bulk_create': {
      const { kind, category, file, model, overwrite } = intent;
      const [user] = await usersOf(db, model, [file]);
      if (user !== undefined && (!overwrite || user.category !== category))
        throw new GazeError('superseded', `«${user.name}» in ${user.category} uses ${file} already.`);
      const existing =
        user === undefined ? null : { slug: user.slug, ...(await versionOf(db, category, user.slug)) };
      return {
        ...{ kind, category, overwrite, file: await factsOf(db, model, file) },
        ...(existing === null ? {} : { existing }),
      };
    }
  }
}

async function versionOf(db: DbOrTrx, category: CategoryName, slug: string) {
  const row = await db
    .selectFrom('entity')
    .select(['revision', 'data', sql<number>`octet_length(data::text)`.as('bytes')])
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where('gone_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw notThere(category, slug);
  if (row.bytes > mostDataBytes)
    throw new GazeError('data_error', `The file of «${slug}» is too long for a language model.`, {
      field: 'slug',
    });
  return { revision: row.revision, data: row.data };
}

/** Entries that a preset may name, favourites first. */
async function choicesOf(
  db: DbOrTrx,
): Promise<NonNullable<Extract<LlmTask, { kind: 'create_entity' }>['choices']>> {
  const choices: Partial<Record<CategoryName, { id: string; name: string }[]>> = {};
  for (const { name, generation } of categoryList) {
    if (generation.kind === 'preset') continue;
    const rows = await db
      .selectFrom('entity')
      .select(['id', 'name'])
      .where('category', '=', name)
      .where('gone_at', 'is', null)
      .orderBy('is_favourite', 'desc')
      .orderBy(sql`lower(name) COLLATE "C"`)
      .orderBy('slug')
      .limit(mostChoices)
      .execute();
    choices[name] = rows.map((row) => ({ id: row.id, name: row.name.slice(0, 200) }));
  }
  return choices;
}
