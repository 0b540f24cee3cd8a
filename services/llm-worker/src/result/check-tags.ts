import type { RefusedField, TagReport, TagVerdict } from '@gaze/contracts';
import { joinTags, normalise, splitTags } from '@gaze/domain';
import { shown } from './pointer.ts';

/** Asks the tag server; null where none answers. */
export type AskTags = (tags: string[], signal: AbortSignal) => Promise<TagVerdict[] | null>;

export interface TagText {
  pointer: string;
  text: string;
}

export interface CheckedTags {
  texts: TagText[];
  report: TagReport;
  refused: RefusedField[];
}

const mostAsked = 500;

/**
 * Every Danbooru tag of some prompt texts, checked by us whatever the model says to have checked: an alias or a slip of
 * the pen is put right, an unknown one stays and is marked. What is no tag but an order to the program, such as
 * `<lora:…>` or a wildcard, is taken out.
 */
export async function checkTags(
  given: readonly TagText[],
  options: { exempt: readonly string[]; ask: AskTags; signal: AbortSignal },
): Promise<CheckedTags> {
  const refused: RefusedField[] = [];
  const exempt = new Set(options.exempt.map(normalise));
  const split = given.map(({ pointer, text }) => ({
    pointer,
    entries: kept(pointer, splitTags(text), refused),
  }));
  const asked = new Map<string, string>();
  for (const entry of split.flatMap(({ entries }) => entries)) {
    const tag = tagOf(entry);
    if (tag !== null && !exempt.has(tag) && asked.size < mostAsked) asked.set(tag, tag);
  }
  const verdicts = asked.size === 0 ? [] : await options.ask([...asked.keys()], options.signal);
  const report: TagReport = { checked: verdicts !== null, replaced: [], unknown: [] };
  const byTag = new Map((verdicts ?? []).map((verdict) => [verdict.tag, verdict]));
  const texts = split.map(({ pointer, entries }) => ({
    pointer,
    text: joinTags(entries.map((entry) => settle(pointer, entry, byTag, report))),
  }));
  return { texts, report, refused };
}

/** Units, wildcards and groups of choices are the person's to write. */
function kept(pointer: string, entries: readonly string[], refused: RefusedField[]): string[] {
  return entries.filter((entry) => {
    const isOrder = /<[a-z]+:|[{}|]|__[\w/-]+__|\bembedding:/i.test(entry);
    if (isOrder)
      refused.push({ pointer, value: shown(entry), reason: 'It is no tag but an order to the program.' });
    const isCode = /[<>]/.test(entry) && entry.length > 6;
    if (isCode && !isOrder) refused.push({ pointer, value: shown(entry), reason: 'It is no tag.' });
    return !isOrder && !isCode;
  });
}

/** The tag in an entry, without brackets and weight; null for a group and for BREAK. */
function tagOf(entry: string): string | null {
  if (entry === 'BREAK') return null;
  const tag = normalise(entry).replaceAll('\\', '');
  return tag === '' || tag.includes(',') || tag.length > 200 ? null : tag;
}

function settle(
  pointer: string,
  entry: string,
  byTag: ReadonlyMap<string, TagVerdict>,
  report: TagReport,
): string {
  const tag = tagOf(entry);
  const verdict = tag === null ? undefined : byTag.get(tag);
  if (tag === null || verdict === undefined) return entry;
  if (verdict.status === 'unknown') {
    const safe = verdict.suggestions.find(({ kind }) => kind !== 'similar');
    if (safe === undefined) {
      report.unknown.push({
        pointer,
        tag,
        suggestions: verdict.suggestions.map(({ name }) => promptText(name)),
      });
      return entry;
    }
    report.replaced.push({ pointer, from: tag, to: promptText(safe.name) });
    return put(entry, tag, safe.name);
  }
  const name = verdict.name ?? tag;
  if (verdict.status === 'alias') report.replaced.push({ pointer, from: tag, to: promptText(name) });
  return put(entry, tag, name);
}

/** The canonical tag in the place of the given one, weight and brackets kept. */
function put(entry: string, tag: string, name: string): string {
  const pattern = Array.from(tag)
    .map((sign) => (sign === ' ' ? '[\\s_]+' : `\\\\?${sign.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')}`))
    .join('');
  const found = new RegExp(pattern, 'i').exec(entry);
  if (found === null) return entry;
  return entry.slice(0, found.index) + promptText(name) + entry.slice(found.index + found[0].length);
}

/** As prompts write it: spaces, and parentheses that are no weight. Faces such as `^_^` stay as they are. */
export function promptText(name: string): string {
  const spaced = /[a-z0-9]{2,}/i.test(name) ? name.replaceAll('_', ' ') : name;
  return spaced.replace(/[()]/g, '\\$&');
}
