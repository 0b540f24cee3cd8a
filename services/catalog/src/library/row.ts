import type { CategoryDeclaration } from '@gaze/contracts';
import { hasOldTags, identify, isNsfw, loraOf, searchText, subtitleOf } from '@gaze/domain';
import type { GoodReading } from './read-file.ts';

/**
 * What a file says about itself, as columns. State that only the database knows is not among them. `data` is the
 * file's own text: its order of keys and its spacing are kept for revisions.
 */
export function entityRow(declaration: CategoryDeclaration, filename: string, reading: GoodReading) {
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
    data: reading.text,
    lora_name: lora?.name ?? null,
    lora_weight: lora?.weight ?? null,
    tags: JSON.stringify(typeof tags === 'object' && tags !== null && !Array.isArray(tags) ? tags : {}),
    search: searchText(declaration, data).toLowerCase(),
    is_nsfw: isNsfw(data),
    has_old_tags: hasOldTags(data),
    file_size: stamp.size,
    file_mtime_ms: stamp.mtimeMs,
    file_ctime_ms: stamp.ctimeMs,
    file_inode: stamp.inode,
  };
}

export type EntityRow = ReturnType<typeof entityRow>;
