import type { EntityData } from '@gaze/contracts';
import type { JsonObject } from '../json.ts';
import { isObject, own, withKey } from '../json.ts';

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

/** The data with its fields changed. Objects on the way to a new field are made; a key that is not there cannot go. */
export function withChanges(data: EntityData, changes: readonly FieldChange[]): EntityData {
  return changes.reduce<JsonObject>((whole, { path, value }) => withField(whole, path, value), data);
}

function withField(object: JsonObject, [key, ...rest]: readonly string[], value: unknown): JsonObject {
  if (key === undefined) return isObject(value) ? value : object;
  const inner = own(object, key);
  if (value === undefined && (rest.length === 0 ? !Object.hasOwn(object, key) : !isObject(inner)))
    return object;
  const changed = rest.length === 0 ? value : withField(isObject(inner) ? inner : {}, rest, value);
  if (changed !== undefined) return withKey(object, key, changed);
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** A merge patch (RFC 7396): objects go into each other, null takes a key away, anything else takes its place. */
export function withPatch(data: EntityData, patch: EntityData): EntityData {
  return Object.entries(patch).reduce<JsonObject>((whole, [key, value]) => {
    if (value === null) return withField(whole, [key], undefined);
    if (!isObject(value)) return withKey(whole, key, value);
    const inner = own(whole, key);
    return withKey(whole, key, withPatch(isObject(inner) ? inner : {}, value));
  }, data);
}

/** Whether two JSON values say the same; the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

function keysOf(a: JsonObject, b: JsonObject): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}
