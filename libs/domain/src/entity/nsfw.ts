import type { EntityData } from '@gaze/contracts';
import { isObject, own, textOf } from '../json.ts';
import { isNsfw } from './facts.ts';
import type { FieldChange } from './merge.ts';

/** What has to change in a file for it to be NSFW, or not; nothing where it says so already. Old list tags stay a list. */
export function nsfwChanges(data: EntityData, nsfw: boolean): FieldChange[] {
  if (isNsfw(data) === nsfw) return [];
  const tags = own(data, 'tags');
  if (Array.isArray(tags)) {
    const words: unknown[] = tags;
    const others = words.filter((tag) => textOf(tag)?.toLowerCase() !== 'nsfw');
    return [{ path: ['tags'], value: nsfw ? [...others, 'nsfw'] : others }];
  }
  return isObject(tags) ? [{ path: ['tags', 'nsfw'], value: nsfw }] : [{ path: ['tags'], value: { nsfw } }];
}
