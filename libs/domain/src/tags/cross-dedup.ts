import { isBreak, normalise } from './normalise.ts';
import { splitAtCommas } from './split.ts';

/**
 * Cancels entries that stand on both sides: one that stands p times in the positive and n times in the negative
 * loses min(p, n) copies on each side, the last ones first. With nothing to cancel both texts come back byte for
 * byte; else only the cancelled entries go, each with one comma and the white space at it.
 */
export function crossDedup(positive: string, negative: string): { positive: string; negative: string } {
  const sides = [positive, negative].map((text) => {
    const stretches = splitAtCommas(text);
    return { stretches, places: placesByForm(stretches) };
  });
  const [plus, minus] = sides;
  if (plus === undefined || minus === undefined) return { positive, negative };
  const gone = { plus: new Set<number>(), minus: new Set<number>() };
  for (const [form, places] of plus.places) {
    const others = minus.places.get(form) ?? [];
    const copies = Math.min(places.length, others.length);
    if (copies === 0) continue;
    for (const place of places.slice(-copies)) gone.plus.add(place);
    for (const place of others.slice(-copies)) gone.minus.add(place);
  }
  if (gone.plus.size === 0) return { positive, negative };
  return { positive: without(plus.stretches, gone.plus), negative: without(minus.stretches, gone.minus) };
}

function placesByForm(stretches: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [i, stretch] of stretches.entries()) {
    const entry = stretch.trim();
    if (entry === '' || isBreak(entry)) continue;
    const form = normalise(entry);
    const known = places.get(form);
    if (known === undefined) places.set(form, [i]);
    else known.push(i);
  }
  return places;
}

function without(stretches: readonly string[], gone: ReadonlySet<number>): string {
  const kept = stretches.filter((_, i) => !gone.has(i));
  // What came after the first comma is the start of the text now: the blank after that comma went with it.
  if (gone.has(0) && kept[0] !== undefined) kept[0] = kept[0].trimStart();
  return kept.join(',');
}
