/** Readers of single values in other people's JSON: what is not as expected is null and never thrown. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const own = (object: unknown, key: string): unknown =>
  isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;

export function textOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' ? null : text;
}

export function finite(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** A seed that a number here holds exactly. ComfyUI goes up to 2^64, and a rounded seed would be another one. */
export function seedOf(value: unknown): number | null {
  const seed = finite(value);
  return seed !== null && Number.isSafeInteger(seed) && seed >= 0 ? seed : null;
}

/** Pixels of a side. */
export function wholeSide(value: unknown): number | null {
  const side = finite(value);
  return side !== null && Number.isInteger(side) && side > 0 && side <= 100_000 ? side : null;
}
