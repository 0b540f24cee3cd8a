import { DomainError, quote } from '../errors.ts';
import { parseGroups } from './wildcard-groups.ts';
import type { Group } from './wildcard-groups.ts';
import { drawIndex } from './seed.ts';

export interface WildcardContext {
  /** Lines of a wildcard file; null where there is none. */
  wildcard: (name: string) => Promise<string[] | null>;
  random: () => number;
  /** Sentences about what stayed as it is. */
  notes: string[];
}

/** A file that names a file that names a file …: deeper than this, the name stays. */
const maxDepth = 8;
/** Files that name each other several times a line multiply; a prompt has no use for more than this. */
const maxDraws = 20_000;
const maxChars = 1_000_000;

const anySyntax = /[{}]|__/;
const fileName = /__([a-zA-Z0-9-]+(?:_[a-zA-Z0-9-]+)*)__/y;

interface Stretch {
  text: string;
  groups: ReadonlyMap<number, Group>;
  from: number;
  to: number;
  depth: number;
  /** Inside of an option, where `\|` is a plain bar. */
  inGroup: boolean;
}

/**
 * Makes the draws of a prompt text: `{a|b|3::c}` picks one (weights by `n::`), `__name__` a line of that file,
 * `\{` is a plain brace. A group without `|`, an unknown name and a file nested more than 8 deep stay as they are.
 * Works on a list of stretches and not by recursion, so that no nesting can exhaust the stack.
 * @throws DomainError data_error where wildcards multiply beyond all use
 */
export async function expandWildcards(text: string, context: WildcardContext): Promise<string> {
  if (!anySyntax.test(text)) return text;
  const out: string[] = [];
  const todo: Stretch[] = [stretchOf(text, 0)];
  const budget = { draws: maxDraws, chars: maxChars + text.length };
  for (let stretch = todo.pop(); stretch !== undefined; stretch = todo.pop()) {
    todo.push(...(await expandUntilDraw(stretch, out, context, budget)));
  }
  return out.join('');
}

function stretchOf(text: string, depth: number): Stretch {
  return { text, groups: parseGroups(text), from: 0, to: text.length, depth, inGroup: false };
}

/** Copies plain text up to the first draw, and answers what is left to do: the rest, then (on top) what was drawn. */
async function expandUntilDraw(
  stretch: Stretch,
  out: string[],
  context: WildcardContext,
  budget: { draws: number; chars: number },
): Promise<Stretch[]> {
  const { text, groups, to } = stretch;
  let plain = stretch.from;
  for (let i = stretch.from; i < to; i++) {
    const char = text[i];
    if (char === '\\' && isEscapable(text[i + 1], stretch.inGroup) && i + 1 < to) {
      out.push(text.slice(plain, i));
      plain = ++i;
    } else if (char === '{') {
      const group = groups.get(i);
      if (group === undefined) continue;
      if (group.bars.length === 0) {
        // Of braces in braces, such as a placeholder, the outer pair says it for both.
        if (text[i - 1] !== '{')
          note(context, `${quote(text.slice(i, group.end + 1))} has no alternatives and stays as it is.`);
        continue;
      }
      out.push(text.slice(plain, i));
      spend(budget, 0);
      const option = pickOption(text, i, group, context.random);
      return [
        { ...stretch, from: group.end + 1 },
        { ...stretch, ...option, inGroup: true },
      ];
    } else if (char === '_' && text[i + 1] === '_') {
      fileName.lastIndex = i;
      const match = fileName.exec(text);
      if (match === null || fileName.lastIndex > to) continue;
      const end = i + match[0].length;
      const line = await pickLine(match[1] ?? '', stretch.depth, context);
      if (line !== null) {
        out.push(text.slice(plain, i));
        spend(budget, line.length);
        return [{ ...stretch, from: end }, stretchOf(line, stretch.depth + 1)];
      }
      i = end - 1;
    }
  }
  out.push(text.slice(plain, to));
  return [];
}

const isEscapable = (char: string | undefined, inGroup: boolean): boolean =>
  char === '{' || char === '}' || (inGroup && char === '|');

function spend(budget: { draws: number; chars: number }, chars: number): void {
  budget.draws--;
  budget.chars -= chars;
  if (budget.draws < 0 || budget.chars < 0) {
    throw new DomainError(
      'data_error',
      'The wildcards of this prompt multiply without end. Look for files under wildcards/ that name each other.',
      { field: 'wildcards' },
    );
  }
}

/** Start and end of the option that is drawn. Without a positive weight all options weigh the same. */
function pickOption(
  text: string,
  start: number,
  group: Group,
  random: () => number,
): { from: number; to: number } {
  const edges = [start, ...group.bars, group.end];
  const options = edges
    .slice(0, -1)
    .map((edge, i) => weightedOption(text, edge + 1, edges[i + 1] ?? group.end));
  const total = options.reduce((sum, option) => sum + option.weight, 0);
  const draw = random();
  if (!(total > 0) || !Number.isFinite(total))
    return options[drawIndex(draw, options.length)] ?? { from: start + 1, to: group.end };
  let left = draw * total;
  for (const option of options) {
    if (left < option.weight) return option;
    left -= option.weight;
  }
  return options.findLast((option) => option.weight > 0) ?? { from: start + 1, to: group.end };
}

const weightMark = /\s*(\d{1,9}(?:\.\d{1,9})?)::/y;

function weightedOption(
  text: string,
  from: number,
  to: number,
): { from: number; to: number; weight: number } {
  weightMark.lastIndex = from;
  const match = weightMark.exec(text);
  return match === null || weightMark.lastIndex > to
    ? { from, to, weight: 1 }
    : { from: weightMark.lastIndex, to, weight: Number(match[1]) };
}

async function pickLine(name: string, depth: number, context: WildcardContext): Promise<string | null> {
  if (depth >= maxDepth) {
    note(context, `The wildcard ${quote(name)} is nested more than ${maxDepth} deep and stays as it is.`);
    return null;
  }
  const lines = ((await context.wildcard(name)) ?? [])
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) {
    note(
      context,
      `There is no wildcard file wildcards/${name}.txt with lines in it; ${quote(`__${name}__`)} stays as it is.`,
    );
    return null;
  }
  return lines[drawIndex(context.random(), lines.length)] ?? null;
}

/** Says a thing once, and of many things the first few. */
function note({ notes }: WildcardContext, sentence: string): void {
  if (notes.length < 50 && !notes.includes(sentence)) notes.push(sentence);
}
