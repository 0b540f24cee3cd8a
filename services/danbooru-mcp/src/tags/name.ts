/**
 * The form in which tags are compared and stored: lower case, `_` for spaces, no escapes. `Blue Hair`, `blue_hair` and
 * ` blue  hair ` are one tag, and so are `fate \(series\)` and `fate_(series)`.
 */
export function tagKey(text: string): string {
  // Most of a list is in form already.
  if (/^[a-z0-9]+(?:_[a-z0-9]+)*$/.test(text)) return text;
  return text
    .normalize('NFC')
    .replace(/\\([()[\]])/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '_');
}

/** Nothing but the letters: `long_hair` and `longhair` are a slip of the pen apart. */
export function squashed(key: string): string {
  return key.replace(/[_()\-/:,.]+/g, '');
}

/** The words of a key: `hatsune_miku_(cosplay)` has three. */
export function wordsOf(key: string): string[] {
  return key.split(/[_()\-/:,.]+/).filter((word) => word !== '');
}

/** `3girls` and `4girls` are near in letters and far in meaning: what differs in a digit is no slip of the pen. */
export function digitsOf(key: string): string {
  return key.replace(/\D+/g, ' ').trim();
}
