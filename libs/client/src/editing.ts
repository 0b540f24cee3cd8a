import type {
  BulkInput,
  BulkReply,
  CategoryName,
  CreateInput,
  EntityCard,
  EntityData,
  EntityText,
  EntityTransferred,
  EntityWritten,
  GenerateCoversInput,
  GenerateMissingInput,
  GenerateMissingReply,
  MigrateTagsReply,
  OutfitAddInput,
  RevisionDetail,
  RevisionView,
  TransferInput,
  TrashView,
} from '@gaze/contracts';
import type { Page } from './filters.ts';
import type { CallOptions, EditOptions, Send } from './request.ts';

interface Paging {
  cursor?: string | null | undefined;
  limit?: number | undefined;
}

/** An id and a name of one's own; absent: made up by the server. */
interface Called {
  id?: string | undefined;
  name?: string | undefined;
}

const library = (category: CategoryName): string => `/api/v1/library/${category}`;
const at = (category: CategoryName, slug: string): string =>
  `${library(category)}/${encodeURIComponent(slug)}`;

/** Everything that changes entities' files. Each answers with the entity as it is then, its new revision in it. */
export function buildEditing(send: Send) {
  return {
    /** The whole new data; only fields that differ are written. */
    save: (category: CategoryName, slug: string, data: EntityData, o?: EditOptions) =>
      send<EntityWritten>('PUT', `${at(category, slug)}/data`, { ...o, edits: true, body: { data } }),
    /** A merge patch: null takes a key away. */
    patch: (category: CategoryName, slug: string, patch: EntityData, o?: EditOptions) =>
      send<EntityWritten>('PATCH', `${at(category, slug)}/data`, { ...o, edits: true, body: { patch } }),
    text: (category: CategoryName, slug: string, o?: CallOptions) =>
      send<EntityText>('GET', `${at(category, slug)}/text`, o),
    /** A fault is an ApiError 422 with kind, line, column and pointer in its `details`. */
    saveText: (category: CategoryName, slug: string, text: string, o?: EditOptions) =>
      send<EntityWritten>('PUT', `${at(category, slug)}/text`, { ...o, edits: true, body: { text } }),
    setNsfw: (category: CategoryName, slug: string, nsfw: boolean) =>
      send<EntityCard>('PUT', `${at(category, slug)}/nsfw`, { body: { nsfw } }),

    create: (category: CategoryName, wanted: CreateInput) =>
      send<EntityWritten>('POST', library(category), { body: wanted }),
    clone: (category: CategoryName, slug: string, called: Called = {}) =>
      send<EntityWritten>('POST', `${at(category, slug)}/clone`, { body: called }),
    /** The slug in the answer is the address from now on. */
    rename: (category: CategoryName, slug: string, called: { id: string; name?: string }, o?: EditOptions) =>
      send<EntityWritten>('POST', `${at(category, slug)}/rename`, { ...o, body: called }),
    transfer: (category: CategoryName, slug: string, wanted: TransferInput) =>
      send<EntityTransferred>('POST', `${at(category, slug)}/transfer`, { body: wanted }),
    /** `hard`: its model file goes into the trash, too. */
    remove: (category: CategoryName, slug: string, { hard, ...o }: EditOptions & { hard?: boolean } = {}) =>
      send<{ trash_id: string }>('DELETE', at(category, slug), { ...o, query: { hard } }),

    revisions: (category: CategoryName, slug: string, page: Paging = {}, o?: CallOptions) =>
      send<Page<RevisionView>>('GET', `${at(category, slug)}/revisions`, { ...o, query: { ...page } }),
    revision: (category: CategoryName, slug: string, id: string, o?: CallOptions) =>
      send<RevisionDetail>('GET', `${at(category, slug)}/revisions/${encodeURIComponent(id)}`, o),
    revert: (
      category: CategoryName,
      slug: string,
      id: string,
      to: 'before' | 'after' = 'before',
      o?: EditOptions,
    ) =>
      send<EntityWritten>('POST', `${at(category, slug)}/revisions/${encodeURIComponent(id)}/revert`, {
        ...o,
        body: { to },
      }),
    trash: (page: Paging & { category?: CategoryName | undefined } = {}, o?: CallOptions) =>
      send<Page<TrashView>>('GET', '/api/v1/trash', { ...o, query: { ...page } }),
    restore: (trashId: string) =>
      send<EntityWritten>('POST', `/api/v1/trash/${encodeURIComponent(trashId)}/restore`),
    /** There is no way back. */
    purge: (trashId: string) => send<undefined>('DELETE', `/api/v1/trash/${encodeURIComponent(trashId)}`),

    /** A PNG, JPEG or WebP file of at most 32 MB. */
    uploadCover: (category: CategoryName, slug: string, picture: Blob, o?: CallOptions) =>
      send<EntityCard>('POST', `${at(category, slug)}/cover`, { ...o, bytes: picture }),
    clearCovers: (category: CategoryName) =>
      send<{ cleared: number }>('POST', `${library(category)}/clear_covers`),

    /** Favourite, NSFW or trash for up to 200 entities. */
    many: (category: CategoryName, wanted: BulkInput) =>
      send<BulkReply>('POST', `${library(category)}/bulk`, { body: wanted }),
    /** Entities without a cover, by name. */
    missing: (category: CategoryName, page: Paging = {}, o?: CallOptions) =>
      send<Page<EntityCard>>('GET', `/api/v1/missing/${category}`, { ...o, query: { ...page } }),
    generateMissing: (category: CategoryName, wanted: GenerateMissingInput = {}, o?: CallOptions) =>
      send<GenerateMissingReply>('POST', `${library(category)}/generate_missing`, { ...o, body: wanted }),
    /** A new cover for each of these, up to 500; all of it is one batch. */
    generateCovers: (category: CategoryName, wanted: GenerateCoversInput, o?: CallOptions) =>
      send<GenerateMissingReply>('POST', `${library(category)}/generate_covers`, { ...o, body: wanted }),
    /** The files of up to 2,000 entities as a ZIP archive. */
    export: (category: CategoryName, slugs: readonly string[], o?: CallOptions) =>
      send<Blob>('POST', `${library(category)}/export`, { ...o, body: { slugs }, answers: 'blob' }),
    migrateTags: (category?: CategoryName) =>
      send<MigrateTagsReply>('POST', '/api/v1/migrate_tags', { body: { category } }),
  };
}

/** The wardrobe of a character. */
export function buildOutfits(send: Send) {
  const wardrobe = (slug: string): string => `${at('characters', slug)}/outfits`;
  const outfitAt = (slug: string, outfit: string): string =>
    `${wardrobe(slug)}/${encodeURIComponent(outfit)}`;
  return {
    add: (slug: string, wanted: OutfitAddInput) =>
      send<EntityWritten>('POST', wardrobe(slug), { body: wanted }),
    rename: (slug: string, outfit: string, name: string) =>
      send<EntityWritten>('PATCH', outfitAt(slug, outfit), { body: { name } }),
    remove: (slug: string, outfit: string) => send<EntityWritten>('DELETE', outfitAt(slug, outfit)),
    /** Answers the new entity of `outfits`. */
    saveAsEntity: (slug: string, outfit: string, called: Called = {}) =>
      send<EntityWritten>('POST', `${outfitAt(slug, outfit)}/save`, { body: called }),
  };
}
