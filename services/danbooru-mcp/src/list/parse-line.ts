import type { TagCategory } from '@gaze/contracts';
import { tagCategoryNumbers } from '@gaze/contracts';
import type { TagEntry } from '../tags/index.ts';
import { tagKey } from '../tags/name.ts';

const words = new Map<string, TagCategory>(
  (Object.entries(tagCategoryNumbers) as [TagCategory, number][]).flatMap(([word, number]) => [
    [word, word],
    [String(number), word],
  ]),
);
const longestName = 200;
const mostAliases = 200;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\u0000-\u001f\u007f]/;

export type ParsedLine =
  { kind: 'tag'; tag: TagEntry } | { kind: 'nothing' } | { kind: 'bad'; message: string };

const bad = (message: string): ParsedLine => ({ kind: 'bad', message });

/** One line of the common form `name,category,count,"alias,alias"`. Category and count may be missing. Never throws. */
export function parseLine(line: string): ParsedLine {
  if (line.trim() === '' || line.startsWith('# ')) return { kind: 'nothing' };
  const fields = splitFields(line);
  if (fields === null) return bad('A quotation mark is opened and not closed.');
  const [rawName = '', rawCategory = '', rawCount = '', rawAliases = ''] = fields;
  if (rawCategory.trim().toLowerCase() === 'category') return { kind: 'nothing' };
  if (control.test(line.replaceAll('\t', ' '))) return bad('The line holds control characters.');
  const name = tagKey(rawName);
  if (name === '' || name === '_') return bad('The name is missing.');
  if (name.length > longestName) return bad(`The name is longer than ${longestName} characters.`);
  const category = words.get(rawCategory.trim().toLowerCase() || 'general');
  if (category === undefined) {
    return bad(
      `«${rawCategory.slice(0, 40)}» is no category; there are 0 general, 1 artist, 3 copyright, 4 character, 5 meta.`,
    );
  }
  const count = rawCount.trim() === '' ? 0 : Number(rawCount);
  if (!Number.isSafeInteger(count) || count < 0) return bad(`«${rawCount.slice(0, 40)}» is no count.`);
  const aliases = rawAliases
    .split(',')
    .map(tagKey)
    .filter((alias) => alias !== '' && alias !== name && alias.length <= longestName);
  return {
    kind: 'tag',
    tag: { name, category, count, aliases: [...new Set(aliases)].slice(0, mostAliases) },
  };
}

/** Fields of a line of CSV; null where a quoted one does not end. A doubled quotation mark stands for one. */
function splitFields(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at);
      fields.push(line.slice(at, comma === -1 ? undefined : comma));
      if (comma === -1) return fields;
      at = comma + 1;
      continue;
    }
    let text = '';
    for (at++; ; at++) {
      const quote = line.indexOf('"', at);
      if (quote === -1) return null;
      text += line.slice(at, quote);
      at = quote + 1;
      if (line[at] !== '"') break;
      text += '"';
    }
    fields.push(text);
    const comma = line.indexOf(',', at);
    if (comma === -1) return fields;
    at = comma + 1;
  }
}
