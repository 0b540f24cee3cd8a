import { normalise, splitTags } from '@gaze/domain';

export interface FlowTag {
  /** As it stands in the prompt. */
  text: string;
  /** Its normal form: what chips and prompts are matched by. */
  key: string;
  state: 'kept' | 'added' | 'dropped';
  kind: 'plain' | 'trigger' | 'drawn';
  /** `(solo` `:1.2` `)`: the number apart, to be shown in the accent. */
  weight: { before: string; value: string; after: string } | null;
}

export interface TagFlow {
  tags: FlowTag[];
  added: number;
  dropped: number;
  /** Without the dropped ones. */
  total: number;
}

/** Wildcards stay as written until the picture is made: `{a|b}` and `__name__`. */
const drawn = /\{[^{}]*\|[^{}]*\}|__\w+__/;

/**
 * A prompt as tags to be shown one by one, with what came and what went since the last render.
 * Dropped tags stay in the place where they were.
 *
 * @param before the prompt of the last render; null: nothing to compare with
 * @param triggers normal forms of the LoRAs' triggers
 */
export function tagFlow(
  now: string,
  before: string | null,
  triggers: ReadonlySet<string> = new Set(),
): TagFlow {
  const entries = splitTags(now);
  const old = before === null ? entries : splitTags(before);
  const isOld = taker(old);
  const tags = entries.map((text) => flowTag(text, isOld(text) ? 'kept' : 'added', triggers));
  const lost = lostAfter(old, entries);
  const flow = [...(lost.get(-1) ?? []), ...tags.flatMap((tag, i) => [tag, ...(lost.get(i) ?? [])])].map(
    (item) => (typeof item === 'string' ? flowTag(item, 'dropped', triggers) : item),
  );
  const dropped = flow.length - tags.length;
  return {
    tags: flow,
    added: tags.filter((tag) => tag.state === 'added').length,
    dropped,
    total: tags.length,
  };
}

/** Says for each entry whether the list still has one of its kind, and takes it out. */
function taker(list: readonly string[]): (entry: string) => boolean {
  const left = new Map<string, number>();
  for (const entry of list) left.set(entry, (left.get(entry) ?? 0) + 1);
  return (entry) => {
    const count = left.get(entry) ?? 0;
    if (count === 0) return false;
    left.set(entry, count - 1);
    return true;
  };
}

/** The lost entries by the index, in the new list, of the last entry before them that is still there; -1: the start. */
function lostAfter(old: readonly string[], now: readonly string[]): Map<number, string[]> {
  const isStill = taker(now);
  const lost = new Map<number, string[]>();
  let anchor = -1;
  for (const entry of old) {
    if (!isStill(entry)) {
      lost.set(anchor, [...(lost.get(anchor) ?? []), entry]);
      continue;
    }
    const next = now.indexOf(entry, anchor + 1);
    if (next !== -1) anchor = next;
  }
  return lost;
}

function flowTag(text: string, state: FlowTag['state'], triggers: ReadonlySet<string>): FlowTag {
  const key = normalise(text);
  return { text, key, state, kind: kindOf(text, key, triggers), weight: weightIn(text) };
}

function kindOf(text: string, key: string, triggers: ReadonlySet<string>): FlowTag['kind'] {
  if (drawn.test(text)) return 'drawn';
  return triggers.has(key) ? 'trigger' : 'plain';
}

function weightIn(text: string): FlowTag['weight'] {
  const match = /^(\(.*?)(:\s*-?\d*\.?\d+)(\s*\)+)$/s.exec(text);
  if (match === null) return null;
  const [, before = '', value = '', after = ''] = match;
  return { before, value, after };
}

/** Normal forms of every tag in these texts. */
export function tagKeys(...texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap(splitTags).map(normalise));
}
