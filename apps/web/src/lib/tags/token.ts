import { splitAtCommas } from '@gaze/domain';

/** An entry of a prompt and where it stands, the white space around it left out. */
export interface Token {
  from: number;
  to: number;
  text: string;
}

/** All entries of a prompt, blank ones left out. */
function tokensOf(text: string): Token[] {
  let from = 0;
  const tokens: Token[] = [];
  for (const stretch of splitAtCommas(text)) {
    const entry = stretch.trim();
    const at = from + stretch.length - stretch.trimStart().length;
    if (entry !== '') tokens.push({ from: at, to: at + entry.length, text: entry });
    from += stretch.length + 1;
  }
  return tokens;
}

/** The entry that the caret is in or touches; null between entries. */
export function tokenAt(text: string, caret: number): Token | null {
  return tokensOf(text).find((token) => token.from <= caret && caret <= token.to) ?? null;
}

/** The entries that a selection touches; with a bare caret the one under it. */
export function tokensIn(text: string, from: number, to: number): Token[] {
  if (from === to) {
    const token = tokenAt(text, from);
    return token === null ? [] : [token];
  }
  return tokensOf(text).filter((token) => token.from < to && token.to > from);
}
