/**
 * Which brackets of a prompt belong together.
 *
 * `partner[i]` is the index of the bracket that belongs to the one at `i`, or -1. Round and square brackets pair
 * by kind; an escaped one (`\(`) and one without a partner are plain characters; `<lora:…>` is one unit.
 * One pass, linear in the length of the text.
 */
export function pairBrackets(text: string): Int32Array {
  const partner = new Int32Array(text.length).fill(-1);
  const open: number[] = [];
  const waiting = { round: 0, square: 0 };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === backslash) {
      if (isBracket(text.charCodeAt(i + 1))) i++;
    } else if (code === less) {
      const end = endOfUnit(text, i);
      if (end !== -1) {
        partner[i] = end;
        partner[end] = i;
        i = end;
      }
    } else if (code === roundOpen || code === squareOpen) {
      open.push(i);
      waiting[code === roundOpen ? 'round' : 'square']++;
    } else if (code === roundClose || code === squareClose) {
      close(text, i, partner, open, waiting);
    }
  }
  return partner;
}

const backslash = 0x5c;
const less = 0x3c;
const greater = 0x3e;
const comma = 0x2c;
const roundOpen = 0x28;
const roundClose = 0x29;
const squareOpen = 0x5b;
const squareClose = 0x5d;

const isBracket = (code: number): boolean =>
  code === roundOpen || code === roundClose || code === squareOpen || code === squareClose;

/** Closes the nearest opener of its kind. Openers of the other kind in between never find a partner: popped, each once. */
function close(
  text: string,
  at: number,
  partner: Int32Array,
  open: number[],
  waiting: { round: number; square: number },
): void {
  const round = text.charCodeAt(at) === roundClose;
  if (waiting[round ? 'round' : 'square'] === 0) return;
  for (let opener = open.pop(); opener !== undefined; opener = open.pop()) {
    const isRound = text.charCodeAt(opener) === roundOpen;
    waiting[isRound ? 'round' : 'square']--;
    if (isRound === round) {
      partner[opener] = at;
      partner[at] = opener;
      return;
    }
  }
}

/** End of a unit such as `<lora:name:0.8>` that starts at `start`; -1 where none does (`>_<`, `<3`). */
function endOfUnit(text: string, start: number): number {
  let i = start + 1;
  while (isLetter(text.charCodeAt(i))) i++;
  if (i === start + 1 || text[i] !== ':') return -1;
  // Stops at the next `<`, where the search would start anew anyway: no stretch is read twice. Stops at a comma,
  // because nothing but brackets keeps a comma from separating.
  for (i++; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === greater) return i;
    if (code === less || code === comma) return -1;
  }
  return -1;
}

const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
