import type { TagListStatus } from '@gaze/contracts';
import type { TagEntry } from '../tags/index.ts';
import { parseLine } from './parse-line.ts';

export interface ListFile {
  name: string;
  text: string;
}

export interface MergedLists {
  entries: TagEntry[];
  files: TagListStatus['files'];
  problems: TagListStatus['problems'];
}

const mostProblems = 50;

interface Known {
  entry: TagEntry;
  aliases: Set<string>;
  file: number;
}

/**
 * One list of several files: for a tag that stands in more than one, category and count of the later file count and
 * aliases add up. A name that a later file calls an alias is one from then on.
 */
export function mergeLists(lists: readonly ListFile[]): MergedLists {
  const known = new Map<string, Known>();
  const problems: TagListStatus['problems'] = [];
  const files = lists.map(({ name, text }, file) => {
    let tags = 0;
    let badLines = 0;
    eachLine(text, (line, number) => {
      const parsed = parseLine(line);
      if (parsed.kind === 'bad') {
        badLines++;
        if (problems.length < mostProblems)
          problems.push({ file: name, line: number, message: parsed.message });
      } else if (parsed.kind === 'tag') {
        tags++;
        take(known, parsed.tag, file);
      }
    });
    return { file: name, tags, bad_lines: badLines };
  });
  const entries = [...known.values()].map(({ entry, aliases }) => ({ ...entry, aliases: [...aliases] }));
  return { entries, files, problems };
}

function take(known: Map<string, Known>, entry: TagEntry, file: number): void {
  const before = known.get(entry.name);
  const aliases = before?.aliases ?? new Set<string>();
  for (const alias of entry.aliases) {
    const other = known.get(alias);
    if (other !== undefined && other.file < file) known.delete(alias);
    aliases.add(alias);
  }
  known.set(entry.name, { entry, aliases, file });
}

function eachLine(text: string, take: (line: string, number: number) => void): void {
  let from = text.startsWith('\ufeff') ? 1 : 0;
  for (let number = 1; from < text.length; number++) {
    const end = text.indexOf('\n', from);
    const to = end === -1 ? text.length : end;
    take(text.slice(from, text[to - 1] === '\r' ? to - 1 : to), number);
    from = to + 1;
  }
}
