import type { QueryConfig } from 'pg';

/** Asked so often, a statement is worth being planned once per connection; what is asked now and then is not. */
const oftenEnough = 10;
/** Every prepared statement lies in the memory of every connection. */
const mostPrepared = 80;
const mostCounted = 2000;

/**
 * Statements whose best plan depends on the values (search, sorted pages), and those that would fail after a migration
 * because they ask for whatever columns there are (`*`).
 */
const plannedAnew = /\*|@@|<%|%>|\bi?like\b|\border by\b|\bsimilarity\b/i;
const notAStatement = /^\s*(begin|start|commit|rollback|savepoint|release|set|listen|create|alter|drop)\b/i;

/**
 * Decides which statements are sent by name, so that PostgreSQL parses and plans them once per connection and not at
 * every call. Half of what a short statement costs is its planning.
 */
export function buildPreparing(): (text: string, values: readonly unknown[]) => QueryConfig {
  const counts = new Map<string, number>();
  const names = new Map<string, string>();

  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known !== undefined || names.size >= mostPrepared) return known;
    const count = (counts.get(text) ?? 0) + 1;
    if (counts.size >= mostCounted) counts.clear();
    counts.set(text, count);
    if (count < oftenEnough || notAStatement.test(text) || plannedAnew.test(text)) return undefined;
    const name = `gaze_${names.size}`;
    names.set(text, name);
    return name;
  }

  return (text, values) => {
    const name = nameOf(text);
    return { text, values: [...values], ...(name === undefined ? {} : { name }) };
  };
}
