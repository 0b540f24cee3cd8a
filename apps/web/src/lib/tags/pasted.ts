import { dedupe, isBreak, normalise, splitTags } from '@gaze/domain';

/** A prompt from somewhere else. */
export interface Pasted {
  /** Its entries, each once. */
  tags: string[];
  /** Of the negative prompt that came along; empty: none did. */
  negative: string[];
}

const negativeMark = /^\s*negative prompt:/im;
/** The last line of what other tools write into a picture: `Steps: 20, Sampler: Euler a, …`. */
const settingsLine = /^\s*steps:\s*\d+,.*$/ims;

/**
 * Reads a pasted text as a prompt: line ends separate as commas do, and the block that other tools copy (prompt,
 * `Negative prompt:`, `Steps: …`) is taken apart. Null where it is no list of tags but a word or two.
 */
export function pastedPrompt(text: string): Pasted | null {
  const body = text.replace(settingsLine, '');
  const mark = negativeMark.exec(body);
  const positive = mark === null ? body : body.slice(0, mark.index);
  const negative = mark === null ? '' : body.slice(mark.index + mark[0].length);
  const pasted = { tags: entriesOf(positive), negative: entriesOf(negative) };
  return pasted.tags.length + pasted.negative.length > 1 ? pasted : null;
}

const entriesOf = (text: string): string[] => dedupe(splitTags(text.replace(/\s*[\r\n]+\s*/g, ', ')));

export interface Insertion {
  text: string;
  /** Left out because the prompt has them. */
  known: number;
}

/** The text to put between two parts of a prompt, so that no tag stands twice and the commas fit. */
export function insertion(before: string, after: string, tags: readonly string[]): Insertion {
  const there = new Set([...splitTags(before), ...splitTags(after)].map(normalise));
  const fresh = tags.filter((tag) => isBreak(tag) || !there.has(normalise(tag)));
  const known = tags.length - fresh.length;
  if (fresh.length === 0) return { text: '', known };
  const lead = before.trim() === '' || /[,([{|]\s*$/.test(before) ? (/,$/.test(before) ? ' ' : '') : ', ';
  const tail = after.trim() === '' || /^\s*([,)\]}|]|:[\d.]+\))/.test(after) ? '' : ', ';
  return { text: lead + fresh.join(', ') + tail, known };
}
