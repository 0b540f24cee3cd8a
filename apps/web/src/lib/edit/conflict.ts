import type { ConflictDetails, EntityData } from '@gaze/contracts';
import { diffData, mergeData, withChanges, type FieldChange } from '@gaze/domain';

/** A field that two people gave different values. */
export interface Clash {
  path: string[];
  /** Undefined: the key was not there, or nobody knows. */
  base: unknown;
  mine: unknown;
  theirs: unknown;
}

/** Two edits of one entity that do not go together by themselves. */
export interface Conflict {
  clashes: Clash[];
  /** Of others, in fields that I left alone: they stay. */
  cameIn: string[][];
  theirs: EntityData;
  /** My edits of fields that nobody else touched. */
  changes: FieldChange[];
  /** Of `theirs`: what the next save is made on. */
  revision: string;
}

export type Side = 'mine' | 'theirs';

/** What has to be decided; null where the versions are too long to be shown. */
export function conflictOf(details: ConflictDetails): Conflict | null {
  const { base, mine, theirs, revision } = details;
  if (mine === undefined || mine === null || theirs === undefined || theirs === null) return null;
  return clashOf({ base: base ?? null, mine, theirs, revision });
}

export function clashOf(of: {
  base: EntityData | null;
  mine: EntityData;
  theirs: EntityData;
  revision: string;
}): Conflict {
  const { base, mine, theirs, revision } = of;
  if (base === null) {
    // what the edit began with is not known: every difference is to be decided
    const clashes = diffData(theirs, mine).map(({ path, before, after }) => ({
      ...{ path, base: undefined, mine: after, theirs: before },
    }));
    return { clashes, cameIn: [], theirs, changes: [], revision };
  }
  const { changes, conflicts } = mergeData(base, mine, theirs);
  const isClash = (path: readonly string[]) => conflicts.some((other) => startsWith(path, other));
  return {
    clashes: conflicts.map((path) => ({
      ...{ path, base: at(base, path), mine: at(mine, path), theirs: at(theirs, path) },
    })),
    cameIn: diffData(base, theirs)
      .map(({ path }) => path)
      .filter((path) => !isClash(path)),
    ...{ theirs, changes, revision },
  };
}

/** The data with each clash decided; what is not decided counts as mine. */
export function resolved(conflict: Conflict, choice: ReadonlyMap<Clash, Side>): EntityData {
  const chosen = conflict.clashes
    .filter((clash) => (choice.get(clash) ?? 'mine') === 'mine')
    .map(({ path, mine }): FieldChange => ({ path, value: mine }));
  return withChanges(conflict.theirs, [...conflict.changes, ...chosen]);
}

const startsWith = (path: readonly string[], start: readonly string[]): boolean =>
  start.every((key, i) => path[i] === key);

function at(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as EntityData)[key]
        : undefined,
    data,
  );
}
