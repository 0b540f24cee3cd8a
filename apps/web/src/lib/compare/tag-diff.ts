import { splitTags } from '@gaze/domain';

export interface DiffTag {
  text: string;
  /** `only`: the other prompt lacks it. `weight`: both have it, at another weight. */
  state: 'same' | 'only' | 'weight';
}

export interface TagDiff {
  a: DiffTag[];
  b: DiffTag[];
  /** Tags that only one of them has, and tags at another weight. */
  onlyA: number;
  onlyB: number;
  reweighed: number;
}

interface Weighed {
  name: string;
  weight: number;
}

const weighted = /^\((.+):(-?[\d.]+)\)$/;

/** A tag without its weight, as it is compared: case and underscores do not count. */
function weigh(tag: string): Weighed {
  const match = weighted.exec(tag.trim());
  const name = (match?.[1] ?? tag).trim().toLowerCase().replaceAll('_', ' ').replace(/\s+/g, ' ');
  return { name, weight: match ? Number(match[2]) : 1 };
}

/** Two prompts, tag by tag, each in its own order. */
export function tagDiff(a: string, b: string): TagDiff {
  const ofA = splitTags(a);
  const ofB = splitTags(b);
  const marked = (tags: readonly string[], others: readonly string[]): DiffTag[] => {
    const weights = new Map(others.map(weigh).map(({ name, weight }) => [name, weight]));
    return tags.map((text) => {
      const { name, weight } = weigh(text);
      const other = weights.get(name);
      return { text, state: other === undefined ? 'only' : other === weight ? 'same' : 'weight' };
    });
  };
  const left = marked(ofA, ofB);
  const right = marked(ofB, ofA);
  const count = (tags: readonly DiffTag[], state: DiffTag['state']): number =>
    tags.filter((tag) => tag.state === state).length;
  return {
    ...{ a: left, b: right },
    onlyA: count(left, 'only'),
    onlyB: count(right, 'only'),
    reweighed: count(right, 'weight'),
  };
}
