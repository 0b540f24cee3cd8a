import type { LlmChange } from '@gaze/contracts';
import { child, isObject, own } from './pointer.ts';

/** What differs, leaf by leaf; objects are compared key by key, lists whole. */
export function diff(before: unknown, after: unknown, at = ''): LlmChange[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => diff(own(before, key), own(after, key), child(at, key)));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [
    { pointer: at, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) },
  ];
}

/** The new values on the old ones: objects are merged, everything else is replaced, what is not named stays. */
export function overlay(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(after)) {
    const old = own(merged, key);
    merged[key] = isObject(old) && isObject(value) ? overlay(old, value) : value;
  }
  return merged;
}
