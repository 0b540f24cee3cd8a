import type { LlmChange } from '@gaze/contracts';

export interface ChangeGroup {
  /** The section: «Tags», «Wardrobe · Lamplighter»; empty for fields of the entry itself. */
  title: string;
  changes: { change: LlmChange; label: string }[];
}

/** Neither what was there nor what would be says anything: an empty field of a new card. */
export function isSilent({ before, after }: LlmChange): boolean {
  return isEmpty(before) && isEmpty(after);
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value)
    ? value.every(isEmpty)
    : typeof value === 'object' && Object.values(value).every(isEmpty));

/** Changes by the section that they are in, in their own order, each under its key. */
export function groupChanges(changes: readonly LlmChange[]): ChangeGroup[] {
  const groups = new Map<string, ChangeGroup>();
  for (const change of changes) {
    const path = pathOf(change.pointer);
    const label = words(path.at(-1) ?? 'the whole entry');
    const title = path.slice(0, -1).map(words).join(' · ');
    const group = groups.get(title) ?? { title, changes: [] };
    group.changes.push({ change, label });
    groups.set(title, group);
  }
  return [...groups.values()];
}

const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** A key as a person reads it. */
const words = (key: string): string => {
  const text = key.replaceAll('_', ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};
