import type { FieldChangeView } from '@gaze/contracts';
import { keyLabel } from './fields.ts';

export interface WordChange {
  text: string;
  kind: 'same' | 'added' | 'dropped';
}

/** Where a change is, in words: «Wardrobe · Lamplighter · top». */
export function placeOf(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.map((part) => keyLabel(part)).join(' · ') || 'the whole file';
}

/** A change of an object as changes of what is in it; empty fields that come or go say nothing. */
export function leavesOf(change: FieldChangeView): FieldChangeView[] {
  const { pointer, before, after } = change;
  if (!isObject(before) && !isObject(after)) return [change];
  // one side is a plain value: it is replaced as a whole
  if ((before ?? null) !== null && !isObject(before)) return [change];
  if ((after ?? null) !== null && !isObject(after)) return [change];
  const [old, fresh] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
  const leaves = [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
    .flatMap((key) =>
      leavesOf({ pointer: `${pointer}/${escaped(key)}`, before: old[key], after: fresh[key] }),
    )
    .filter((leaf) => !isEmpty(leaf.before) || !isEmpty(leaf.after));
  return leaves.length > 0 ? leaves : [change];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * A change of one field, tag by tag: what both have stays in the order of the newer text, what went stands where it
 * stood. Values that are no text are one word each.
 */
export function wordsOf(change: FieldChangeView): WordChange[] {
  const before = tagsOf(change.before);
  const after = tagsOf(change.after);
  const kept = commonRun(before, after);
  const words: WordChange[] = [];
  let b = 0;
  let a = 0;
  for (const tag of [...kept, null]) {
    while (b < before.length && before[b] !== tag) words.push({ text: before[b++] ?? '', kind: 'dropped' });
    while (a < after.length && after[a] !== tag) words.push({ text: after[a++] ?? '', kind: 'added' });
    if (tag === null) break;
    words.push({ text: tag, kind: 'same' });
    b += 1;
    a += 1;
  }
  return words;
}

function tagsOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string')
    return value
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
  if (Array.isArray(value)) return value.flatMap(tagsOf);
  return [typeof value === 'object' ? JSON.stringify(value) : String(value as number | boolean)];
}

/** Beyond this the table would grow too large; then everything counts as changed. */
const most = 400;

/** Longest common subsequence. */
function commonRun(a: readonly string[], b: readonly string[]): string[] {
  if (a.length > most || b.length > most) return [];
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const run: string[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      run.push(a[i] ?? '');
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return run;
}
