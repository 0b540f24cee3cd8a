import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryName } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { slugOf } from '@gaze/domain';
import type { EntityLoader, SourceEntity } from '@gaze/domain';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

/** Names of wildcard files hold no separators, so that none leads out of its folder. */
const wildcardName = /^[a-zA-Z0-9_-]{1,100}$/;

/** Gives `resolveSnapshot` the entities that it asks for. */
export function buildLoader(db: DbOrTrx, dataDir: string): EntityLoader {
  const source = () =>
    db
      .selectFrom('entity')
      .select([
        'category',
        'slug',
        'id',
        'name',
        'revision',
        'data',
        'default_fields',
        'active_outfit',
        'is_nsfw',
        'filename',
      ])
      .where('gone_at', 'is', null);
  const entity = async (category: CategoryName, slug: string): Promise<SourceEntity | null> =>
    (await source().where('category', '=', category).where('slug', '=', slug).executeTakeFirst()) ?? null;
  return {
    entity,
    byId: async (category, id) =>
      (await source()
        .where('category', '=', category)
        .where('id', '=', id)
        .orderBy('slug')
        .executeTakeFirst()) ?? null,
    async candidates(category, filter) {
      let select = db
        .selectFrom('entity')
        .select('slug')
        .where('category', '=', category)
        .where('gone_at', 'is', null);
      if (filter.nsfw !== 'all') select = select.where('is_nsfw', '=', filter.nsfw === 'nsfw');
      if (filter.character_id !== undefined)
        select = select.where(sql<string>`data->>'character_id'`, '=', filter.character_id);
      const rows = await select.orderBy(sql`slug COLLATE "C"`).execute();
      return rows.map((row) => row.slug);
    },
    async checkpoint(pathOrSlug) {
      const slug = slugOf(categories.checkpoints, pathOrSlug);
      const found = await source()
        .where('category', '=', 'checkpoints')
        .where((is) => is.or([is('id', '=', pathOrSlug), is('slug', 'in', [pathOrSlug, slug])]))
        .execute();
      return (
        found.find((one) => one.id === pathOrSlug) ??
        found.find((one) => one.slug === pathOrSlug) ??
        found.find((one) => one.slug === slug) ??
        null
      );
    },
    async wildcard(name) {
      if (!wildcardName.test(name)) return null;
      const text = await readFile(path.join(dataDir, 'wildcards', `${name}.txt`), 'utf8').catch(() => null);
      return (
        text?.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#')) ?? null
      );
    },
  };
}
