import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { hasOldTags, identify, isNsfw, loraOf, searchText, subtitleOf } from '@gaze/domain';
import type { FileStamp } from './read-file.ts';

/** What a file says about itself, as columns. State that only the database knows is not among them. */
export function entityRow(declaration: CategoryDeclaration, filename: string, reading: { stamp: FileStamp; hash: string; data: EntityData }) {
  const { data, stamp } = reading;
  const { id, name, slug } = identify(declaration, data, filename);
  const lora = loraOf(data);
  const tags = data.tags;
  return {
    category: declaration.name,
    slug,
    id,
    name,
    subtitle: subtitleOf(declaration, data),
    filename,
    revision: reading.hash,
    data: toJson(data),
    lora_name: lora?.name ?? null,
    lora_weight: lora?.weight ?? null,
    tags: toJsonb(typeof tags === 'object' && tags !== null && !Array.isArray(tags) ? tags : {}),
    search: searchText(declaration, data).toLowerCase().replaceAll('\0', ''),
    is_nsfw: isNsfw(data),
    has_old_tags: hasOldTags(data),
    file_size: stamp.size,
    file_mtime_ms: stamp.mtimeMs,
    file_ctime_ms: stamp.ctimeMs,
    file_inode: stamp.inode,
  };
}

const toJson = (value: unknown): string => JSON.stringify(value);

/** jsonb takes neither NUL nor lone surrogates; for tags, which are only filtered by, they are left out. */
const toJsonb = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? inner.replaceAll('\0', '').toWellFormed() : inner));
