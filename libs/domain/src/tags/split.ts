import { pairBrackets } from './brackets.ts';

const structure = /[([]/;

/**
 * Cuts a prompt at its commas outside of brackets. The stretches come back as they are, white space and all, so
 * that joining them with `,` gives the text again.
 */
export function splitAtCommas(text: string): string[] {
  if (!structure.test(text)) return text.split(',');
  const partner = pairBrackets(text);
  const stretches: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const end = partner[i] ?? -1;
    if (end > i) i = end;
    else if (text[i] === ',') {
      stretches.push(text.slice(from, i));
      from = i + 1;
    }
  }
  stretches.push(text.slice(from));
  return stretches;
}

/**
 * The entries of a prompt, trimmed, blank ones left out.
 *
 * Only `,` separates. Kept whole: `(tag:1.2)`, `((tag))`, `[tag]`, `(a, b:1.3)`, `tifa \(ff7\)`, `<lora:name:0.8>`.
 * An opener without a closer is a plain character (`:(`), so commas after it still separate.
 * Linear in the length of the text, whatever it holds; never throws.
 */
export function splitTags(text: string): string[] {
  return splitAtCommas(text)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Joins entries with `, `, and does nothing else: `splitTags(joinTags(x))` is `x` for every list that `splitTags` gave. */
export function joinTags(entries: readonly string[]): string {
  return entries.join(', ');
}

/** Joins pieces of prompt text, blank ones left out; commas and white space at their seams do not double. */
export function joinTexts(...pieces: readonly string[]): string {
  return pieces
    .map(trimSeam)
    .filter((piece) => piece !== '')
    .join(', ');
}

/** Without the white space and commas at both ends. A loop: a regular expression is quadratic on long runs of blanks. */
function trimSeam(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSeam(text[from])) from++;
  while (to > from && isSeam(text[to - 1])) to--;
  return text.slice(from, to);
}

const isSeam = (char: string | undefined): boolean => char === ',' || char?.trim() === '';
