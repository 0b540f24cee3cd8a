const mostWords = 2000;
/** A longer run of letters is no word; nobody types it. */
const longest = 60;
const mostAsked = 8;

/** The words of a text as they are indexed and looked for: lower case, without accents set apart, each once. */
export function searchWords(text: string): string[] {
  const found = new Set<string>();
  for (const word of plain(text).split(/[^\p{L}\p{N}\p{M}]+/u)) {
    if (word !== '' && word.length <= longest) found.add(word);
    if (found.size >= mostWords) break;
  }
  return [...found];
}

/** What somebody typed, as words to look for; all of them have to be found, each may be a part of a word. */
export function askedWords(q: string): string[] {
  return searchWords(q).slice(0, mostAsked);
}

const plain = (text: string): string => text.toWellFormed().normalize('NFKC').toLowerCase();
