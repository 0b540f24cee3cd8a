import { pairBrackets } from './brackets.ts';

export interface NormalForm {
  /** For comparison only. */
  text: string;
  /** Whether brackets or a weight were taken off. */
  weighted: boolean;
}

/** The entry that breaks a prompt into chunks: never a duplicate, never cancelled. */
export const isBreak = (entry: string): boolean => entry === 'BREAK';

const isUnit = (text: string): boolean => /^<[a-z]+:/i.test(text) && text.endsWith('>');

/**
 * The form in which entries are compared: trimmed, inner white space folded, lower case, outer brackets and weight
 * taken off (`((x))`, `[x]` and `(x:1.2)` are `x`), `_` equal to space. A group with commas compares whole,
 * `<lora:…>` to the letter. Linear in the length of the entry.
 */
export function normalise(entry: string): string {
  return normalForm(entry).text;
}

export function normalForm(entry: string): NormalForm {
  const trimmed = entry.trim();
  if (isUnit(trimmed)) return { text: trimmed, weighted: false };
  if (trimmed.includes(',')) return { text: fold(trimmed), weighted: false };
  const inner = peel(trimmed);
  const text = isUnit(inner) ? inner : fold(inner);
  // Nothing but brackets, or nothing but underscores: the signs themselves are all there is to compare.
  return text === ''
    ? { text: trimmed.toLowerCase(), weighted: false }
    : { text, weighted: inner !== trimmed };
}

const fold = (text: string): string =>
  text
    .replace(/[\s_]+/g, ' ')
    .trim()
    .toLowerCase();

/** Takes off brackets around the whole text, and the weight inside of round ones, as often as there are any. */
function peel(text: string): string {
  if (!/^[([]/.test(text)) return text;
  const partner = pairBrackets(text);
  let from = 0;
  let to = text.length;
  while (to - from >= 2 && partner[from] === to - 1 && text[from] !== '<') {
    const round = text[from] === '(';
    from++;
    to--;
    if (round) to = withoutWeight(text, from, to);
    while (from < to && isBlank(text[from])) from++;
    while (to > from && isBlank(text[to - 1])) to--;
  }
  return text.slice(from, to);
}

/** Where the text ends without its `:1.2`; `to` where it has none, or nothing in front of it (`(:3)`). */
function withoutWeight(text: string, from: number, to: number): number {
  let i = to;
  while (i > from && /[\d.\s+-]/.test(text[i - 1] ?? '')) i--;
  const colon = i - 1;
  if (colon <= from || text[colon] !== ':') return to;
  const weight = text.slice(i, to).trim();
  return weight !== '' && Number.isFinite(Number(weight)) ? colon : to;
}

const isBlank = (char: string | undefined): boolean => char?.trim() === '';
