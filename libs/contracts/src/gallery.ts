import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { WireError } from './errors.ts';
import { GenerationRecord, ImageView, PictureMetadata, imageFilterFields } from './image.ts';
import { Recipe, Slug } from './recipe.ts';
import { NsfwFilter, rpc } from './rpc.ts';

/** So many pictures may be changed, moved or packed at once. */
export const mostImagesAtOnce = 200;

const ids = z.array(z.string().min(1).max(200)).min(1).max(mostImagesAtOnce);
const flags = {
  is_favourite: z.boolean().optional(),
  is_nsfw: z.boolean().optional(),
  rating: z.number().int().min(0).max(5).nullable().optional(),
};

// ── what is shown ──

/** What became of one picture of a bulk request. */
export const ImageResult = z
  .object({
    id: z.string(),
    /** The picture as it is now; null where it is not shown any more, or the change was refused. */
    image: ImageView.nullable(),
    problem: WireError.nullable(),
  })
  .meta({ id: 'ImageResult' });
export type ImageResult = z.infer<typeof ImageResult>;

export const ImageResults = z.object({ results: z.array(ImageResult) }).meta({ id: 'ImageResults' });
export type ImageResults = z.infer<typeof ImageResults>;

export const TrashedImage = ImageView.extend({
  trashed_at: z.string(),
  /** Entities whose cover it was; they get it back with the picture where they have no other by then. */
  cover_of: z.array(z.object({ category: CategoryName, slug: z.string() })),
}).meta({ id: 'TrashedImage' });
export type TrashedImage = z.infer<typeof TrashedImage>;

/** A month or a day, and how many pictures it holds. `from` and `to` are what the list takes under these names. */
export const ImageBucket = z
  .object({ bucket: z.string(), from: z.string(), to: z.string(), count: z.number().int() })
  .meta({ id: 'ImageBucket' });
export type ImageBucket = z.infer<typeof ImageBucket>;

export const ImageBuckets = z
  .object({ buckets: z.array(ImageBucket), total: z.number().int() })
  .meta({ id: 'ImageBuckets' });
export type ImageBuckets = z.infer<typeof ImageBuckets>;

export const GalleryRescan = z
  .object({
    /** Pictures that lie in the store. */
    files: z.number().int(),
    added: z.number().int(),
    /** Other bytes under a known name, or a sidecar that somebody edited. */
    changed: z.number().int(),
    /** Found again at another place, or after they were gone. */
    moved: z.number().int(),
    /** Their files are gone; the rows are hidden. */
    missing: z.number().int(),
    /** Left-overs of attempts that another one took over; removed. */
    swept: z.number().int(),
    problems: z.array(z.object({ key: z.string(), message: z.string() })),
    warning: z.string().nullable(),
  })
  .meta({ id: 'GalleryRescan' });
export type GalleryRescan = z.infer<typeof GalleryRescan>;

/** What a picture that somebody sent says of how it was made. */
export const InspectedPicture = z
  .object({
    format: z.enum(['png', 'jpeg', 'webp']),
    width: z.number().int(),
    height: z.number().int(),
    /** The whole record, where GAZE made it. */
    generation: GenerationRecord.nullable(),
    metadata: PictureMetadata.nullable(),
    /** What to submit in order to make one like it; null where the picture says nothing. */
    recipe: Recipe.nullable(),
    /** Sentences about what could not be taken over. */
    notes: z.array(z.string()),
  })
  .meta({ id: 'InspectedPicture' });
export type InspectedPicture = z.infer<typeof InspectedPicture>;

// ── requests ──

/** Name of a time zone, such as `Europe/Berlin`. */
const TimeZone = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9_+\-/]+$/, 'must be the name of a time zone, such as Europe/Berlin');

/** Which pictures: the filters of the list. */
export const imageFilters = {
  category: CategoryName.optional(),
  nsfw: NsfwFilter.default('all'),
  checkpoint: z.string().max(500).optional(),
  ...imageFilterFields,
} as const;

const bucketFields = { by: z.enum(['month', 'day']).default('month'), tz: TimeZone.default('UTC') };

export const BucketQuery = z.object({
  ...imageFilters,
  slug: z.string().optional(),
  favourite: z.boolean().optional(),
  ...bucketFields,
});
export type BucketQuery = z.infer<typeof BucketQuery>;

export const BucketsQuerystring = z.object({
  ...imageFilters,
  slug: Slug.optional(),
  favourite: z
    .enum(['on', 'off', 'true', 'false'])
    .transform((v) => v === 'on' || v === 'true')
    .optional(),
  ...bucketFields,
});

export const BulkFlagsBody = z.strictObject({ ids, ...flags }).meta({ id: 'BulkFlags' });
export const ImageIdsBody = z.strictObject({ ids }).meta({ id: 'ImageIds' });
export const TrashPageQuerystring = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(60),
});
export const ZipQuerystring = z.object({
  /** May be given several times. */
  id: z.union([z.string().max(200), z.array(z.string().max(200)).min(1).max(mostImagesAtOnce)]),
  /** Of the archive, without `.zip`. */
  name: z.string().max(100).optional(),
});

const Empty = z.object({});

/** Questions about many pictures, the trash and the files behind them. */
export const galleryRpc = {
  buckets: rpc('gallery.buckets', BucketQuery, ImageBuckets, 15),
  /** Pictures by id, in the order of the ids; those that are not there are left out. */
  some: rpc('gallery.some', z.object({ ids }), z.object({ images: z.array(ImageView) })),
  flags: rpc('gallery.flags', z.object({ ids, ...flags }), ImageResults, 15),
  trash: rpc('gallery.trash', z.object({ ids }), ImageResults, 30),
  restore: rpc('gallery.restore', z.object({ ids }), ImageResults, 30),
  /** Removes pictures of the trash for good. */
  purge: rpc('gallery.purge', z.object({ ids }), ImageResults, 30),
  /** The same for all of them; says how many are still there to be asked for again. */
  emptyTrash: rpc(
    'gallery.empty_trash',
    Empty,
    z.object({ purged: z.number().int(), left: z.number().int() }),
    60,
  ),
  trashed: rpc(
    'gallery.trashed',
    z.object({ cursor: z.string().optional(), limit: z.number().int().min(1).max(200).default(60) }),
    z.object({ items: z.array(TrashedImage), next_cursor: z.string().nullable() }),
  ),
  rescan: rpc('gallery.rescan', Empty, GalleryRescan, 600),
} as const;

export const EmptyTrashReply = z
  .object({ purged: z.number().int(), left: z.number().int() })
  .meta({ id: 'TrashEmptied' });
export type EmptyTrashReply = z.infer<typeof EmptyTrashReply>;
