import type { EntityData } from '@gaze/contracts';
import type { JsonObject } from '../json.ts';
import { isObject, own } from '../json.ts';

/** One field that becomes another. A list counts as one field: its items have no names to tell them apart by. */
export interface FieldChange {
  path: string[];
  /** Undefined: the key goes. */
  value: unknown;
}

export interface Merge {
  /** What turns `theirs` into the merged whole. */
  changes: FieldChange[];
  /** Fields that both sides changed, each in its own way. Anything here means that nothing may be merged. */
  conflicts: string[][];
}

/**
 * Merges two edits of one base, field by field: edits of different fields go together, the same edit on both sides
 * counts once, and two different edits of one field are a conflict. The order of keys is no edit.
 */
export function mergeData(base: EntityData, mine: EntityData, theirs: EntityData): Merge {
  const merge: Merge = { changes: [], conflicts: [] };
  mergeField(merge, [], base, mine, theirs);
  return merge;
}

function mergeField(merge: Merge, path: string[], base: unknown, mine: unknown, theirs: unknown): void {
  if (sameJson(mine, theirs) || sameJson(base, mine)) return;
  if (isObject(mine) && isObject(theirs)) {
    for (const key of keysOf(mine, theirs))
      mergeField(merge, [...path, key], own(base, key), own(mine, key), own(theirs, key));
  } else if (sameJson(base, theirs)) merge.changes.push({ path, value: mine });
  else merge.conflicts.push(path);
}

export interface FieldDifference {
  path: string[];
  /** Undefined: the key was not there. */
  before: unknown;
  /** Undefined: the key is gone. */
  after: unknown;
}

/** The fields in which two versions differ, in the order of the older one, new keys last. */
export function diffData(before: EntityData, after: EntityData): FieldDifference[] {
  return differences([], before, after);
}

function differences(path: string[], before: unknown, after: unknown): FieldDifference[] {
  if (sameJson(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ path, before, after }];
  return keysOf(before, after).flatMap((key) =>
    differences([...path, key], own(before, key), own(after, key)),
  );
}

/** The data with its fields changed; objects on the way that are not there are made. */
export function withChanges(data: EntityData, changes: readonly FieldChange[]): EntityData {
  return changes.reduce<JsonObject>((whole, { path, value }) => withField(whole, path, value), data);
}

function withField(object: unknown, [key, ...rest]: readonly string[], value: unknown): JsonObject {
  const holder = isObject(object) ? object : {};
  if (key === undefined) return isObject(value) ? value : {};
  const inner = rest.length === 0 ? value : withField(own(holder, key), rest, value);
  const entries = Object.entries(holder).filter(([name]) => inner !== undefined || name !== key);
  const at = entries.findIndex(([name]) => name === key);
  if (inner !== undefined) entries.splice(at < 0 ? entries.length : at, at < 0 ? 0 : 1, [key, inner]);
  return Object.fromEntries(entries);
}

/** Whether two JSON values say the same; the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

function keysOf(a: JsonObject, b: JsonObject): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}
