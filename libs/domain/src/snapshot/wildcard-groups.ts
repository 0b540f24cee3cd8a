/** A pair of braces: where it ends, and the bars between its alternatives. */
export interface Group {
  end: number;
  bars: number[];
}

/**
 * The groups of a text by the place of their opening brace. Escaped signs and a brace without its partner are plain
 * characters. One pass, linear in the length of the text.
 */
export function parseGroups(text: string): Map<number, Group> {
  const groups = new Map<number, Group>();
  const open: { start: number; bars: number[] }[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') {
      if ('{}|'.includes(text[i + 1] ?? ' ')) i++;
    } else if (char === '{') open.push({ start: i, bars: [] });
    else if (char === '|') open.at(-1)?.bars.push(i);
    else if (char === '}') {
      const group = open.pop();
      if (group !== undefined) groups.set(group.start, { end: i, bars: group.bars });
    }
  }
  return groups;
}
