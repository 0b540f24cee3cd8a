import { isBreak, normalForm } from './normalise.ts';

/**
 * Leaves one of each entry, compared in normal form: the first stays, and where one copy is weighted, the weighted
 * one stays in the first one's place. `BREAK` is never a duplicate.
 */
export function dedupe(entries: readonly string[]): string[] {
  const kept: string[] = [];
  const seen = new Map<string, { at: number; weighted: boolean }>();
  for (const entry of entries) {
    if (isBreak(entry.trim())) {
      kept.push(entry);
      continue;
    }
    const { text, weighted } = normalForm(entry);
    const first = seen.get(text);
    if (first === undefined) {
      seen.set(text, { at: kept.length, weighted });
      kept.push(entry);
    } else if (weighted && !first.weighted) {
      kept[first.at] = entry;
      first.weighted = true;
    }
  }
  return kept;
}
