/** What is being typed at the caret, as far as it can become a tag. */
export interface Typed {
  /** The stretch that a tag would take the place of. */
  from: number;
  to: number;
  /** What stands in it before the caret, brackets unescaped. */
  query: string;
}

const borders = new Set([',', '(', '[', '{', '|', '\n', ')', ']', '}', '<', '>']);
/** Names that are drawn faces and not words: their underscores stay. */
const faces = new Set(
  '0_0 (o)_(o) +_+ +_- ._. <o>_<o> <|>_<|> =_= >_< 3_3 6_9 >_o @_@ ^_^ o_o u_u x_x |_| ||_||'.split(' '),
);

/**
 * The word at the caret that completion works on: also inside of brackets and wildcard groups. Null where nothing
 * is typed, in a weight, in `<lora:…>` and in a wildcard's name.
 */
export function typedAt(text: string, caret: number): Typed | null {
  let from = caret;
  while (from > 0 && !isBorder(text, from - 1)) from--;
  if (text[from - 1] === '<') return null;
  while (from < caret && text[from]?.trim() === '') from++;
  let to = caret;
  while (to < text.length && !isBorder(text, to) && text[to] !== ':') to++;
  while (to > caret && text[to - 1]?.trim() === '') to--;
  const query = text.slice(from, caret).replace(/\\([()[\]])/g, '$1');
  if (query.trim() === '' || query.startsWith('__') || /[^\s:]\s*:[\d.+-]*$/.test(query)) return null;
  return { from, to, query };
}

function isBorder(text: string, at: number): boolean {
  return borders.has(text[at] ?? '') && text[at - 1] !== '\\';
}

/** A tag's name as prompts write it: with spaces, its brackets escaped. */
export function promptName(name: string): string {
  const spaced = faces.has(name) ? name : name.replaceAll('_', ' ');
  return spaced.replace(/[()[\]]/g, '\\$&');
}

/** What to put in place of the typed word; a comma follows where the prompt goes on or ends. */
export function completed(text: string, typed: Typed, name: string): string {
  const next = text.slice(typed.to).trimStart()[0];
  const isInGroup = '([{|'.includes(text.slice(0, typed.from).trimEnd().at(-1) ?? ' ');
  const ends = next === undefined ? isInGroup : ',)]}|:'.includes(next);
  return promptName(name) + (ends ? '' : ', ');
}
