export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property, or undefined: JSON may hold keys such as `__proto__` that every object answers to. */
export function own(object: unknown, key: string): unknown {
  return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Text that says something, trimmed; undefined for blank or anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** A finite number, or a text that holds one; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number(textOf(value) ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
}

/** People write `true` and `"true"`; undefined where it is neither yes nor no. */
export function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = textOf(value)?.toLowerCase();
  if (word === 'true') return true;
  return word === 'false' ? false : undefined;
}

/** A copy of `object` in which `key` is `value`, its place among the keys kept. Safe for any key. */
export function withKey(object: JsonObject, key: string, value: unknown): JsonObject {
  return Object.fromEntries(
    Object.hasOwn(object, key)
      ? Object.entries(object).map(([name, old]) => [name, name === key ? value : old])
      : [...Object.entries(object), [key, value]],
  );
}
