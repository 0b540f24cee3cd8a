import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { EntityCard, EntityDetail, ProblemFile } from './entity.ts';
import { WireError } from './errors.ts';
import { EntityData } from './recipe.ts';
import { rpc } from './rpc.ts';

// ── what is shown ──

export const RevisionAction = z.enum(['edit', 'create', 'rename', 'delete', 'restore', 'revert']);
export type RevisionAction = z.infer<typeof RevisionAction>;

/** Who changed a file: somebody in GAZE, an edit from outside, or an LLM job. */
export const RevisionAuthor = z.object({
  kind: z.enum(['user', 'file', 'llm']),
  /** Name of the key or session, id of the job; empty where nobody said. */
  name: z.string(),
});

/** One change of an entity's file. */
export const RevisionView = z
  .object({
    id: z.string(),
    at: z.string(),
    by: RevisionAuthor,
    action: RevisionAction,
    /** `conflict`: what somebody else wrote while GAZE wrote; it is kept here and not in the file. */
    state: z.enum(['done', 'conflict']),
    note: z.string().nullable(),
    /** SHA-256 of the file before and after; null: there was none. */
    before: z.string().nullable(),
    after: z.string().nullable(),
  })
  .meta({ id: 'Revision' });
export type RevisionView = z.infer<typeof RevisionView>;

export const FieldChangeView = z.object({
  /** JSON pointer. */
  pointer: z.string(),
  /** Absent: the key was not there. */
  before: z.unknown().optional(),
  /** Absent: the key is gone. */
  after: z.unknown().optional(),
});
export type FieldChangeView = z.infer<typeof FieldChangeView>;

export const RevisionDetail = RevisionView.extend({
  changes: z.array(FieldChangeView),
  /** Null: there was none, or it is too long to be sent. */
  before_text: z.string().nullable(),
  after_text: z.string().nullable(),
}).meta({ id: 'RevisionDetail' });
export type RevisionDetail = z.infer<typeof RevisionDetail>;

/** The file as it lies there, for the raw editor. */
export const EntityText = z
  .object({
    text: z.string(),
    /** SHA-256 of the file: the ETag that a save carries in `If-Match`. */
    revision: z.string(),
    filename: z.string(),
    /** Set where the file is broken: then GAZE does not write to it. */
    problem: ProblemFile.pick({
      kind: true,
      message: true,
      line: true,
      column: true,
      pointer: true,
    }).nullable(),
  })
  .meta({ id: 'EntityText' });
export type EntityText = z.infer<typeof EntityText>;

/** What a write led to. */
export const EntityWritten = z
  .object({
    entity: EntityDetail,
    /** The file had changed meanwhile, in other fields: both edits are in it now. */
    merged: z.boolean(),
  })
  .meta({ id: 'EntityWritten' });
export type EntityWritten = z.infer<typeof EntityWritten>;

export const EntityTransferred = z
  .object({
    entity: EntityDetail,
    /** `section::key` addresses of the source that have no place in the other category. */
    left_out: z.array(z.string()),
    /** Where the source lies in the trash; null where it was kept. */
    trash_id: z.string().nullable(),
  })
  .meta({ id: 'EntityTransferred' });
export type EntityTransferred = z.infer<typeof EntityTransferred>;

export const TrashView = z
  .object({
    id: z.string(),
    category: CategoryName,
    slug: z.string(),
    name: z.string(),
    filename: z.string(),
    /** Name of the model file that went along; null: none did. */
    model_file: z.string().nullable(),
    deleted_by: RevisionAuthor,
    deleted_at: z.string(),
  })
  .meta({ id: 'TrashItem' });
export type TrashView = z.infer<typeof TrashView>;

export const maxBulk = 200;
export const BulkAction = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('favourite'), favourite: z.boolean() }),
  z.strictObject({ action: z.literal('nsfw'), nsfw: z.boolean() }),
  z.strictObject({ action: z.literal('delete'), hard: z.boolean().default(false) }),
]);
export type BulkAction = z.infer<typeof BulkAction>;

export const ItemResult = z.object({
  category: CategoryName,
  slug: z.string(),
  /** Null: it was done. */
  problem: WireError.nullable(),
  /** Where it lies in the trash, of what was deleted. */
  trash_id: z.string().optional(),
});
export type ItemResult = z.infer<typeof ItemResult>;

/** Details of a 409: both versions, so that a person can decide. Absent parts are too long to be sent. */
export const ConflictDetails = z.object({
  /** What the edit began with; null where it is not known any more. */
  base: EntityData.nullable().optional(),
  mine: EntityData.nullable().optional(),
  theirs: EntityData.nullable().optional(),
  /** Of `theirs`: what the next try carries in `If-Match`. */
  revision: z.string(),
  /** JSON pointers of the fields that both changed. */
  pointers: z.array(z.string()),
});
export type ConflictDetails = z.infer<typeof ConflictDetails>;

// ── the questions ──

const Ref = z.object({ category: CategoryName, slug: z.string() });
/** Who asks, as revisions name it. */
const By = { by: z.string().max(200).default('user') };
/** Hash of the version that the change was made on; absent: whatever is there now. */
const IfMatch = { if_match: z.string().max(100).optional() };
const Id = z.string().trim().min(1).max(500);
const Name = z.string().trim().min(1).max(500);
const Outfit = z.string().min(1).max(200);
const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });
const Page = { cursor: z.string().optional(), limit: z.number().int().min(1).max(200).default(60) };

/** All questions that change entities' files. The catalog answers them. */
export const editingRpc = {
  /** `data`: the whole new data; `patch`: a merge patch (RFC 7396); `text`: the file's new text. */
  entityEdit: rpc(
    'entity.edit',
    Ref.extend({
      ...By,
      ...IfMatch,
      change: z.discriminatedUnion('type', [
        z.object({ type: z.literal('data'), data: EntityData }),
        z.object({ type: z.literal('patch'), patch: EntityData }),
        z.object({ type: z.literal('text'), text: z.string() }),
      ]),
    }),
    EntityWritten,
    15,
  ),
  entityText: rpc('entity.text', Ref, EntityText),
  /** Blank by declaration, or from data or a text; the id follows from the name where none is given. */
  entityCreate: rpc(
    'entity.create',
    z.object({
      category: CategoryName,
      id: Id.optional(),
      name: Name.optional(),
      data: EntityData.optional(),
      text: z.string().optional(),
      ...By,
    }),
    EntityWritten,
    15,
  ),
  entityClone: rpc(
    'entity.clone',
    Ref.extend({ id: Id.optional(), name: Name.optional(), ...By }),
    EntityWritten,
    15,
  ),
  entityRename: rpc(
    'entity.rename',
    Ref.extend({ id: Id, name: Name.optional(), ...IfMatch, ...By }),
    EntityWritten,
    30,
  ),
  entityDelete: rpc(
    'entity.delete',
    Ref.extend({ hard: z.boolean().default(false), ...IfMatch, ...By }),
    z.object({ trash_id: z.string() }),
    15,
  ),
  entityNsfw: rpc('entity.nsfw', Ref.extend({ nsfw: z.boolean(), ...By }), EntityCard, 15),
  entityTransfer: rpc(
    'entity.transfer',
    Ref.extend({
      to: CategoryName,
      id: Id.optional(),
      name: Name.optional(),
      source: z.enum(['keep', 'trash']).default('keep'),
      ...By,
    }),
    EntityTransferred,
    15,
  ),

  revisionsList: rpc('revisions.list', Ref.extend(Page), page(RevisionView)),
  revisionsGet: rpc('revisions.get', Ref.extend({ id: z.string() }), RevisionDetail),
  /** `before`: as it was before that change; `after`: as that change left it. */
  revisionsRevert: rpc(
    'revisions.revert',
    Ref.extend({ id: z.string(), to: z.enum(['before', 'after']).default('before'), ...IfMatch, ...By }),
    EntityWritten,
    15,
  ),

  trashList: rpc('trash.list', z.object({ category: CategoryName.optional(), ...Page }), page(TrashView)),
  trashRestore: rpc('trash.restore', z.object({ id: z.string(), ...By }), EntityWritten, 15),
  /** Removes the files for good. */
  trashPurge: rpc('trash.purge', z.object({ id: z.string() }), z.object({}), 15),

  outfitAdd: rpc(
    'outfits.add',
    Ref.extend({
      name: Outfit,
      /** Begins as a copy of another outfit of this character, or of an outfit entity; else empty. */
      copy_of: Outfit.optional(),
      from_entity: z.string().max(200).optional(),
      ...By,
    }),
    EntityWritten,
    15,
  ),
  outfitRename: rpc('outfits.rename', Ref.extend({ outfit: Outfit, name: Outfit, ...By }), EntityWritten, 15),
  outfitDelete: rpc('outfits.delete', Ref.extend({ outfit: Outfit, ...By }), EntityWritten, 15),
  /** Makes an outfit entity of it; the character keeps it. */
  outfitSave: rpc(
    'outfits.save',
    Ref.extend({ outfit: Outfit, id: Id.optional(), name: Name.optional(), ...By }),
    EntityWritten,
    15,
  ),

  /** `key`: where the gateway staged the bytes. */
  coverUpload: rpc('covers.upload', Ref.extend({ key: z.string().max(200) }), EntityCard, 30),
  coversClear: rpc(
    'covers.clear',
    z.object({ category: CategoryName }),
    z.object({ cleared: z.number().int() }),
    30,
  ),

  bulk: rpc(
    'library.bulk',
    z.object({
      category: CategoryName,
      slugs: z.array(z.string().max(200)).min(1).max(maxBulk),
      change: BulkAction,
      ...By,
    }),
    z.object({ results: z.array(ItemResult) }),
    120,
  ),
  /** At most 500 at once; `remaining` says whether to ask again. */
  migrateTags: rpc(
    'library.migrate_tags',
    z.object({ category: CategoryName.optional(), ...By }),
    z.object({ migrated: z.number().int(), remaining: z.number().int(), problems: z.array(ItemResult) }),
    120,
  ),
} as const;

export type EntityEdit = z.output<typeof editingRpc.entityEdit.input>;
export type EntityCreate = z.output<typeof editingRpc.entityCreate.input>;
