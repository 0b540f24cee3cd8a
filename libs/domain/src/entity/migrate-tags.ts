import type { EntityData } from '@gaze/contracts';
import { hasOldTags, isNsfw } from './facts.ts';
import type { FieldChange } from './merge.ts';

/**
 * What turns tags of the original's old form, a list of words that repeats the prompt, into the object of today. The
 * words go: the prompt says them already. Nothing where the tags are no list.
 */
export function migratedTags(data: EntityData): FieldChange[] {
  return hasOldTags(data) ? [{ path: ['tags'], value: { nsfw: isNsfw(data) } }] : [];
}
