import type { CategoryName, JobStatus, Recipe, SweepPicture, SweepView } from '@gaze/contracts';
import { folderOf } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import type { Images } from '../images/images.ts';
import { imageView, selectImages } from '../images/views.ts';
import { selectJobs, viewsOf } from '../jobs/views.ts';

export interface Owner {
  category: CategoryName;
  slug: string;
}

interface Found extends SweepPicture {
  sweep: string;
  at: string;
  seed: number | null;
  checkpoint: string | null;
}

/** What one answer shows: a person compares the newest few, and a message of the bus has an end. */
const sweepsShown = 12;
const picturesRead = 600;

/**
 * The sweeps of an entity, newest first. Pictures say themselves which sweep they are of, so that a sweep outlives the
 * history of its jobs; jobs say what has no picture yet.
 */
export async function listSweeps(db: DbOrTrx, images: Images, owner: Owner): Promise<SweepView[]> {
  const found = [...(await picturesOf(db, owner)), ...(await unfinishedOf(db, images, owner))];
  const bySweep = Map.groupBy(found, ({ sweep }) => sweep);
  return [...bySweep]
    .map(([id, pictures]) => sweepOf(id, pictures))
    .sort((a, b) => (a.created_at < b.created_at ? 1 : -1))
    .slice(0, sweepsShown);
}

/** @throws GazeError not_found */
export async function sweepById(db: DbOrTrx, images: Images, owner: Owner, id: string): Promise<SweepView> {
  const sweep = (await listSweeps(db, images, owner)).find((one) => one.id === id);
  if (sweep === undefined) throw new GazeError('not_found', `There is no sweep «${id}» any more.`);
  return sweep;
}

function sweepOf(id: string, found: readonly Found[]): SweepView {
  const byWeight = new Map<number, Found>();
  // Rendered again, a weight has two pictures: the newest counts, and one that is there goes before one that is not.
  for (const one of [...found].sort((a, b) => (a.at < b.at ? -1 : 1))) {
    if (one.image !== null || byWeight.get(one.weight)?.image == null) byWeight.set(one.weight, one);
  }
  const times = found.map(({ at }) => at).sort();
  const some = found[0];
  return {
    id,
    created_at: times[0] ?? new Date(0).toISOString(),
    seed: some?.seed ?? null,
    checkpoint: some?.checkpoint ?? null,
    pictures: [...byWeight.values()]
      .sort((a, b) => a.weight - b.weight)
      .map(({ weight, job_id, status, reason, image }) => ({ weight, job_id, status, reason, image })),
  };
}

async function picturesOf(db: DbOrTrx, owner: Owner): Promise<Found[]> {
  const rows = await selectImages(db)
    .select([
      sql<string | null>`image.record->'recipe'->>'sweep'`.as('sweep'),
      sql<string | null>`image.record->'owner'->>'slug'`.as('record_slug'),
      sql<Recipe['parts'] | null>`image.record->'recipe'->'parts'`.as('parts'),
    ])
    .where('image.owner_category', '=', owner.category)
    .where('image.owner_slug', '=', owner.slug)
    .where(sql<boolean>`image.record->'recipe'->>'sweep' IS NOT NULL`)
    .where(sql<boolean>`starts_with(image.key, ${`${folderOf(owner, true)}/`})`)
    .orderBy('image.created_at', 'desc')
    .limit(picturesRead)
    .execute();
  return rows.flatMap(({ sweep, record_slug, parts, ...row }) => {
    const weight = weightIn(parts, owner.category, record_slug ?? owner.slug);
    if (sweep === null || weight === null) return [];
    const image = imageView(row);
    return [
      {
        ...{ sweep, weight, image, status: 'done' as const, reason: null, job_id: image.job_id },
        ...{ at: image.created_at, seed: image.seed, checkpoint: image.checkpoint },
      },
    ];
  });
}

const without: readonly JobStatus[] = [
  'waiting',
  'dispatched',
  'running',
  'cancelling',
  'failed',
  'cancelled',
];

async function unfinishedOf(db: DbOrTrx, images: Images, owner: Owner): Promise<Found[]> {
  const rows = await selectJobs(db)
    .select([
      sql<string | null>`job.snapshot->'recipe'->>'sweep'`.as('sweep'),
      sql<Recipe['parts'] | null>`job.snapshot->'recipe'->'parts'`.as('parts'),
      sql<string | null>`job.snapshot->'owner'->>'slug'`.as('record_slug'),
    ])
    .where('job.owner_category', '=', owner.category)
    .where('job.owner_slug', '=', owner.slug)
    .where('job.kind', '=', 'image')
    .where('job.status', 'in', without)
    .where(sql<boolean>`job.snapshot->'recipe'->>'sweep' IS NOT NULL`)
    .orderBy('job.id', 'desc')
    .limit(picturesRead)
    .execute();
  const views = await viewsOf(db, images, rows);
  return rows.flatMap(({ sweep, parts, record_slug }, at) => {
    const job = views[at];
    const weight = weightIn(parts, owner.category, record_slug ?? owner.slug);
    if (job === undefined || sweep === null || weight === null) return [];
    return [
      {
        ...{ sweep, weight, image: null, status: job.status, job_id: job.id },
        ...{ reason: job.error?.message ?? job.reason, at: job.created_at },
        ...{ seed: job.seed, checkpoint: job.checkpoint },
      },
    ];
  });
}

/** The weight that a recipe asks of its owner. */
function weightIn(parts: Recipe['parts'] | null, category: CategoryName, slug: string): number | null {
  const asked = parts?.[category as keyof Recipe['parts']] ?? [];
  return asked.find((part) => part.slug === slug)?.weight ?? null;
}
