/**
 * Which of an entity's fields count: the selected ones if there are any, else the saved defaults if there are any,
 * else all that it has. Names that the entity does not have are ignored. The result is in the order of `available`.
 */
export function selectFields(
  selected: readonly string[] | null | undefined,
  defaults: readonly string[] | null | undefined,
  available: readonly string[],
): string[] {
  const chosen = [selected, defaults].find((list) => list !== undefined && list !== null && list.length > 0);
  if (chosen === undefined) return [...available];
  const wanted = new Set(chosen);
  return available.filter((address) => wanted.has(address));
}
