import type { CategoryName, GalleryRescan } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import type { Log } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';

export interface RescanDeps {
  db: Db;
  store: ObjectStore;
  events: Events;
  log: Log;
  /** Runs work that must not meet a picture on its way into the trash or out of it. */
  alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** Ends a rescan between two files. */
  signal: AbortSignal;
}

/** One rescan under way. */
export interface Rescan {
  deps: RescanDeps;
  startedAt: Date;
  result: GalleryRescan;
  /** Pictures that came, went or changed, to be told at the end: one by one while there are few. */
  told: { created: string[]; changed: string[]; removed: string[] };
  nsfwOwners: Map<string, boolean>;
}

/** Whether new pictures of an owner are NSFW, unless their sidecars say otherwise. */
export async function ownerIsNsfw(
  scan: Rescan,
  owner: { category: CategoryName; slug: string } | null,
): Promise<boolean> {
  if (owner === null) return false;
  const name = `${owner.category}/${owner.slug}`;
  const known = scan.nsfwOwners.get(name);
  if (known !== undefined) return known;
  const row = await scan.deps.db
    .selectFrom('entity')
    .select('is_nsfw')
    .where('category', '=', owner.category)
    .where('slug', '=', owner.slug)
    .executeTakeFirst();
  const isNsfw = row?.is_nsfw ?? false;
  scan.nsfwOwners.set(name, isNsfw);
  return isNsfw;
}
