import { findObjects, isObject } from './example.ts';
import type { JsonObject } from './example.ts';
import { withoutCount } from './tag-tools.ts';
import { cues, vocabulary } from './vocabulary.ts';

/** What the request is about: its name, its phrases, and the entry that it quotes. */
export interface Subject {
  name: string;
  phrases: readonly string[];
  entry: JsonObject;
  isAdult: boolean;
}

/** `unknown`: phrases that are no tags, as the tag tool said. */
export function readSubject(user: string, unknown: ReadonlySet<string> = new Set()): Subject {
  const entry = findObjects(user)[0]?.value ?? {};
  const prose = user.replace(/[{}[\]"]/g, ' ');
  const phrases = prose
    .split(/[,\n.;:]/)
    .map((phrase) => withoutCount(phrase.trim().toLowerCase()))
    .filter((phrase) => phrase.length > 1 && phrase.length < 60)
    .filter((phrase) => !unknown.has(phrase.replaceAll('_', ' ')));
  return {
    name: nameOf(user, entry),
    phrases,
    entry,
    isAdult: /\bnsfw\b(?!"?\s*[:=]\s*"?false)|\bnude|explicit/i.test(user),
  };
}

function nameOf(user: string, entry: JsonObject): string {
  const labelled = /^\s*(?:\w+ )?name\s*[:=]\s*"?([^"\n]{1,80}?)"?\s*$/im.exec(user)?.[1];
  const inEntry = Object.entries(entry).find(
    ([key, value]) => key.endsWith('_name') && typeof value === 'string',
  );
  const quoted = /["“«]([^"”»\n]{2,60})["”»]/.exec(user)?.[1];
  const firstLine = user.trim().split(/[\n,.:]/)[0] ?? '';
  const given = labelled ?? (inEntry?.[1] as string | undefined) ?? quoted ?? firstLine;
  return given.trim().slice(0, 80) || 'Unnamed';
}

/** The example with every empty field filled: from the entry, from the request's words, else from the vocabulary. */
export function fill(example: unknown, subject: Subject, key = '', known: unknown = subject.entry): unknown {
  if (Array.isArray(example)) {
    if (Array.isArray(known) && known.length > 0) return known;
    return example.map((item) => fill(item, subject, key, undefined)).filter((item) => item !== '');
  }
  if (isObject(example)) {
    if (Object.entries(example).some(([name, value]) => name.endsWith('_id') && value === '')) {
      return chosenPart(example, key);
    }
    const inner = isObject(known) ? known : {};
    const tags = isObject(inner.tags) ? inner.tags : {};
    return Object.fromEntries(
      Object.entries(example).map(([name, value]) => [
        name,
        fill(value, subject, name, inner[name] ?? tags[name]),
      ]),
    );
  }
  if (key === 'nsfw') return typeof known === 'boolean' ? known : subject.isAdult;
  if (typeof example !== 'string') return typeof known === typeof example && known !== null ? known : example;
  if (typeof known === 'string' && known !== '') return known;
  if (example !== '') return example;
  if (key.endsWith('_name')) return subject.name;
  return said(key, subject) ?? invented(key, subject);
}

/** A part of a preset: the character is left to chance, which is always allowed; the others are left out. */
function chosenPart(example: JsonObject, key: string): JsonObject | null {
  if (key !== 'character') return null;
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => [name, name.endsWith('_id') ? '__random__' : value]),
  );
}

function said(key: string, { phrases }: Subject): string | undefined {
  const cue = cues[key];
  if (cue === undefined) return undefined;
  const fitting = phrases.filter((phrase) => cue.test(phrase)).map((phrase) => asTag(phrase, cue));
  return fitting.length === 0 ? undefined : [...new Set(fitting)].slice(0, 4).join(', ');
}

/** A short phrase is a tag already; of a sentence only the cue counts, with the word in front of it. */
function asTag(phrase: string, cue: RegExp): string {
  if (phrase.split(' ').length <= 3) return phrase;
  return new RegExp(`(?:[\\w-]+ )?(?:${cue.source})`).exec(phrase)?.[0] ?? phrase;
}

/** The same name gets the same words, so that a run can be repeated. */
function invented(key: string, { name }: Subject): string {
  const words = vocabulary[key];
  if (words === undefined) return '';
  let state = 7;
  for (const sign of name + key) state = (state * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  return words[state % words.length] ?? words[0];
}
