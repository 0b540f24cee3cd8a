import type {
  AgainInput,
  CategoryName,
  EmptyTrashReply,
  GalleryRescan,
  ImageBuckets,
  ImageDetail,
  ImageResults,
  ImageView,
  InspectedPicture,
  ModelFileView,
  ModelFolders,
  ModelFoldersBody,
  ModelKind,
  ModelPage,
  ModelsRescanned,
  SearchResults,
  SubmitReply,
  TrashedImage,
} from '@gaze/contracts';
import type { ImageFilter, Page } from './filters.ts';
import type { CallOptions, Query, Send } from './request.ts';

type Nsfw = 'sfw' | 'nsfw' | 'all';

interface Flags {
  is_favourite?: boolean;
  is_nsfw?: boolean;
  rating?: number | null;
}

interface Paging {
  cursor?: string | null | undefined;
  limit?: number | undefined;
}

export interface BucketFilter extends Omit<ImageFilter, 'cursor' | 'limit'> {
  by?: 'month' | 'day' | undefined;
  /** Whose months and days: `Intl.DateTimeFormat().resolvedOptions().timeZone`. */
  tz?: string | undefined;
}

export interface ModelFilter extends Paging {
  kind: ModelKind;
  category?: CategoryName | undefined;
  filter?: 'all' | 'used' | 'orphans' | 'missing' | undefined;
  q?: string | undefined;
}

export interface SearchFilter {
  category?: CategoryName | undefined;
  nsfw?: Nsfw | undefined;
  type?: 'all' | 'resources' | 'images' | undefined;
  limit?: number | undefined;
}

const asQuery = (filter: object | undefined): Query => ({ ...filter });
const images = '/api/v1/images';

/** Pictures. What takes `ids` takes up to 200, and its answer says for each what became of it. */
export function buildImages(send: Send, baseUrl: string) {
  const at = (id: string): string => `${images}/${encodeURIComponent(id)}`;
  const each = (name: string) => (ids: readonly string[]) =>
    send<ImageResults>('POST', `${images}/${name}`, { body: { ids } });
  return {
    list: (filter?: ImageFilter, o?: CallOptions) =>
      send<Page<ImageView>>('GET', images, { ...o, query: asQuery(filter) }),
    get: (id: string, o?: CallOptions) => send<ImageDetail>('GET', at(id), o),
    setFlags: (id: string, flags: Flags) => send<ImageDetail>('PATCH', at(id), { body: flags }),
    /** Queues it once more, exactly or by its recipe with today's entries. */
    again: (id: string, input: AgainInput, o?: CallOptions) =>
      send<SubmitReply>('POST', `${at(id)}/again`, { ...o, body: input }),
    setManyFlags: (ids: readonly string[], flags: Flags) =>
      send<ImageResults>('POST', `${images}/flags`, { body: { ids, ...flags } }),
    /** How many each month or day has: the marks of a scrubber. */
    buckets: (filter?: BucketFilter, o?: CallOptions) =>
      send<ImageBuckets>('GET', `${images}/buckets`, { ...o, query: asQuery(filter) }),
    /** Into the trash. */
    remove: (id: string) => send<undefined>('DELETE', at(id)),
    trash: each('trash'),
    restore: each('restore'),
    /** There is no way back. */
    purge: each('purge'),
    trashed: (page?: Paging, o?: CallOptions) =>
      send<Page<TrashedImage>>('GET', `${images}/trash`, { ...o, query: asQuery(page) }),
    /** In portions: again while `left` is not 0. */
    emptyTrash: () => send<EmptyTrashReply>('DELETE', `${images}/trash`),
    /** Looks for files that came, went or moved without GAZE. May take minutes. */
    rescan: () => send<GalleryRescan>('POST', `${images}/rescan`),
    /** What a PNG, JPEG or WebP file says of how it was made; nothing is stored. */
    inspect: (picture: Blob, o?: CallOptions) =>
      send<InspectedPicture>('POST', `${images}/inspect`, { ...o, bytes: picture }),
    /** Address of an archive of these pictures, for a link that downloads it. */
    zipUrl: (ids: readonly string[], name?: string): string => {
      const query = new URLSearchParams(ids.map((id) => ['id', id]));
      if (name !== undefined) query.set('name', name);
      return `${baseUrl}${images}/zip?${query.toString()}`;
    },
  };
}

/** LoRA and checkpoint files. */
export function buildModels(send: Send) {
  return {
    list: (filter: ModelFilter, o?: CallOptions) =>
      send<ModelPage>('GET', '/api/v1/models', { ...o, query: asQuery(filter) }),
    get: (kind: ModelKind, name: string, o?: CallOptions) =>
      send<ModelFileView>('GET', '/api/v1/models/file', { ...o, query: { kind, name } }),
    rescan: () => send<ModelsRescanned>('POST', '/api/v1/models/rescan'),
    folders: (o?: CallOptions) => send<ModelFolders>('GET', '/api/v1/models/folders', o),
    /** What is not named stays as it is. The folders are read again after the answer. */
    setFolders: (change: ModelFoldersBody) =>
      send<ModelFolders>('PUT', '/api/v1/models/folders', { body: change }),
  };
}

export function buildSearch(send: Send) {
  return {
    query: (q: string, filter?: SearchFilter, o?: CallOptions) =>
      send<SearchResults>('GET', '/api/v1/search', { ...o, query: { q, ...filter } }),
  };
}
