export interface Piece {
  text: string;
  is_hit: boolean;
}

const isInWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}\p{M}]/u.test(char);

/**
 * Marks where words stand in a text: whole words and beginnings of words first, parts of words where there are none.
 * The pieces together are the text, letter for letter. Linear in the text for each word.
 */
export function highlight(text: string, words: readonly string[]): Piece[] {
  const lower = foldCase(text);
  const marks: [number, number][] = [];
  for (const word of words) {
    if (word === '') continue;
    const spots = occurrences(lower, word);
    const beginnings = spots.filter((at) => !isInWord(lower[at - 1]));
    for (const at of beginnings.length > 0 ? beginnings : spots) marks.push([at, at + word.length]);
  }
  return pieces(text, marks);
}

/** One letter for one letter, so that places in the folded text are places in the text. */
function foldCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from({ length: text.length }, (_, i) => {
    const folded = text.charAt(i).toLowerCase();
    return folded.length === 1 ? folded : text.charAt(i);
  }).join('');
}

function occurrences(text: string, word: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) found.push(at);
  return found;
}

function pieces(text: string, marks: [number, number][]): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const [start, end] of marks.sort(([a, x], [b, y]) => a - b || y - x)) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    if (from > at) out.push({ text: text.slice(at, from), is_hit: false });
    const last = out.at(-1);
    if (last?.is_hit === true && from === at) last.text += text.slice(from, end);
    else out.push({ text: text.slice(from, end), is_hit: true });
    at = end;
  }
  if (at < text.length || out.length === 0) out.push({ text: text.slice(at), is_hit: false });
  return out;
}

/**
 * The part of a text around its first hit, at most about `length` letters, cut between words, marked.
 * A text without a hit gives its beginning.
 */
export function snippet(text: string, words: readonly string[], length = 160): Piece[] {
  const flat = text.replace(/\s+/g, ' ').trim();
  if (flat.length <= length) return highlight(flat, words);
  let first = 0;
  for (const piece of highlight(flat, words)) {
    if (piece.is_hit) break;
    first += piece.text.length;
  }
  if (first >= flat.length) first = 0;
  const start = cutBefore(flat, Math.max(0, first - Math.floor(length / 3)));
  const end = cutAfter(flat, Math.min(flat.length, start + length));
  const part = `${start > 0 ? '…' : ''}${flat.slice(start, end)}${end < flat.length ? '…' : ''}`;
  return highlight(part, words);
}

/** The next gap between words, if one is near; never in the middle of a surrogate pair. */
function cutBefore(text: string, at: number): number {
  if (at === 0) return 0;
  const gap = text.indexOf(' ', at);
  return gap >= 0 && gap - at < 30 ? gap + 1 : whole(text, at);
}

function cutAfter(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const gap = text.lastIndexOf(' ', at);
  return gap > 0 && at - gap < 30 ? gap : whole(text, at);
}

const whole = (text: string, at: number): number =>
  text.charCodeAt(at) >= 0xdc00 && text.charCodeAt(at) <= 0xdfff ? at + 1 : at;
