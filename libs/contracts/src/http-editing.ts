import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { BulkAction, ItemResult, maxBulk } from './editing.ts';
import { Problem } from './errors.ts';
import { EntityParams } from './http.ts';
import { EntityData, Slug } from './recipe.ts';

const Id = z.string().trim().min(1).max(500);
const Name = z.string().trim().min(1).max(500);
const OutfitName = z.string().min(1).max(200);

/** `If-Match` of an edit; loose, because the parsed headers take the place of all others. */
export const EditHeaders = z.looseObject({
  'if-match': z.string().max(200).optional().meta({
    description:
      'The ETag of the version that the edit was made on. Fields that others changed since are merged; the same field changed by both is a 409 with both versions. `*` edits whatever is there.',
  }),
});
/** The same where there is nothing to merge: another version is a 409. */
export const GuardHeaders = z.looseObject({
  'if-match': z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'The ETag of the version that it is meant for; any other is a 409.' }),
});

export const DataBody = z.strictObject({ data: EntityData }).meta({ id: 'EntityData' });
export const DataPatchBody = z
  .strictObject({ patch: EntityData })
  .meta({ id: 'EntityPatch', description: 'A merge patch (RFC 7396): null takes a key away.' });
export const TextBody = z.strictObject({ text: z.string().max(1_000_000) }).meta({ id: 'EntityTextSave' });

export const CreateBody = z
  .strictObject({
    /** Absent: made from the name, or from the data. */
    id: Id.optional(),
    name: Name.optional(),
    /** Absent, and no text: blank, with every field of the category. */
    data: EntityData.optional(),
    text: z.string().max(1_000_000).optional(),
  })
  .meta({ id: 'EntityCreate' });
export type CreateInput = z.input<typeof CreateBody>;

export const CloneBody = z
  .strictObject({ id: Id.optional(), name: Name.optional() })
  .meta({ id: 'EntityClone' });
export const RenameBody = z.strictObject({ id: Id, name: Name.optional() }).meta({ id: 'EntityRename' });
export const NsfwBody = z.strictObject({ nsfw: z.boolean() });
export const DeleteQuerystring = z.object({
  /** `on`: the model file goes into the trash of its folder, too. */
  hard: z
    .enum(['on', 'off', 'true', 'false'])
    .default('off')
    .transform((value) => value === 'on' || value === 'true'),
});
export const DeletedReply = z.object({ trash_id: z.string() }).meta({ id: 'Deleted' });
export const TransferBody = z
  .strictObject({
    to: CategoryName,
    id: Id.optional(),
    name: Name.optional(),
    source: z.enum(['keep', 'trash']).default('keep'),
  })
  .meta({ id: 'Transfer' });
export type TransferInput = z.input<typeof TransferBody>;

export const PageQuerystring = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(60),
});
export const RevisionParams = EntityParams.extend({ id: z.string().min(1).max(30) });
export const RevertBody = z
  .strictObject({ to: z.enum(['before', 'after']).default('before') })
  .meta({ id: 'Revert' });

export const TrashQuerystring = PageQuerystring.extend({ category: CategoryName.optional() });

export const OutfitParams = EntityParams.extend({ outfit: OutfitName });
export const OutfitAddBody = z
  .strictObject({
    name: OutfitName,
    /** Another outfit of this character. */
    copy_of: OutfitName.optional(),
    /** Slug of an entity of `outfits`. */
    from_entity: Slug.optional(),
  })
  .refine((body) => body.copy_of === undefined || body.from_entity === undefined, {
    error: 'takes either copy_of or from_entity',
    path: ['from_entity'],
  })
  .meta({ id: 'OutfitAdd' });
export type OutfitAddInput = z.input<typeof OutfitAddBody>;
export const OutfitRenameBody = z.strictObject({ name: OutfitName }).meta({ id: 'OutfitRename' });
export const OutfitSaveBody = z
  .strictObject({ id: Id.optional(), name: Name.optional() })
  .meta({ id: 'OutfitSave' });

/** Pictures that a cover is uploaded as, and how large they may be. */
export const uploadTypes = ['image/png', 'image/jpeg', 'image/webp'] as const;
export const maxUploadBytes = 32 * 1024 * 1024;

export const BulkBody = z
  .strictObject({ slugs: z.array(Slug).min(1).max(maxBulk), change: BulkAction })
  .meta({ id: 'Bulk' });
export type BulkInput = z.input<typeof BulkBody>;

/** What became of one entity of a request for many. */
export const ItemReply = ItemResult.extend({ problem: Problem.nullable() }).meta({ id: 'ItemResult' });
export const BulkReply = z.object({ results: z.array(ItemReply) }).meta({ id: 'BulkResults' });
export type BulkReply = z.infer<typeof BulkReply>;
export const ClearedReply = z.object({ cleared: z.number().int() }).meta({ id: 'Cleared' });

export const MigrateTagsBody = z
  .strictObject({ category: CategoryName.optional() })
  .nullish()
  .meta({ id: 'MigrateTags' });
export const MigrateTagsReply = z
  .object({ migrated: z.number().int(), remaining: z.number().int(), problems: z.array(ItemReply) })
  .meta({ id: 'TagsMigrated' });
export type MigrateTagsReply = z.infer<typeof MigrateTagsReply>;

/** Files of one archive; a larger library is exported in parts, or copied from the data folder. */
export const maxExport = 2000;
export const ExportBody = z
  .strictObject({ slugs: z.array(Slug).min(1).max(maxExport) })
  .meta({ id: 'Export' });

/** Covers that are queued by one request; what is missing beyond them waits for the next. */
export const maxGenerateMissing = 500;
export const GenerateMissingBody = z
  .strictObject({
    limit: z.number().int().min(1).max(maxGenerateMissing).default(maxGenerateMissing),
    checkpoint: z.string().max(500).optional(),
    nsfw: z.enum(['sfw', 'nsfw', 'all']).default('all'),
  })
  .meta({ id: 'GenerateMissing' });
export type GenerateMissingInput = z.input<typeof GenerateMissingBody>;
export const GenerateCoversBody = GenerateMissingBody.omit({ limit: true })
  .extend({ slugs: z.array(Slug).min(1).max(maxGenerateMissing) })
  .meta({ id: 'GenerateCovers' });
export type GenerateCoversInput = z.input<typeof GenerateCoversBody>;
export const GenerateMissingReply = z
  .object({
    queued: z.number().int(),
    /** All of them are one batch; null: there was nothing to queue. */
    batch_id: z.string().nullable(),
    /** Further entities without a cover than were looked at. */
    more: z.boolean(),
    entries: z.array(
      z.object({
        slug: z.string(),
        batch_id: z.string().nullable(),
        job_ids: z.array(z.string()),
        problem: Problem.nullable(),
      }),
    ),
  })
  .meta({ id: 'MissingQueued' });
export type GenerateMissingReply = z.infer<typeof GenerateMissingReply>;
