// Python's integers have no limit and a seed may use 64 bits. Whole numbers that a double cannot hold become
// bigint on the way in and are written digit by digit on the way out.

interface RawJson {
  rawJSON: (text: string) => unknown;
}

/**
 * Parses JSON; a whole number beyond 2^53 becomes a bigint.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    return /^-?\d+$/.test(context?.source ?? '') ? BigInt(context?.source ?? 0) : value;
  });
}

export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'bigint' ? (JSON as unknown as RawJson).rawJSON(entry.toString()) : entry,
  );
}

/** JSON in ASCII alone, as it goes into a PNG text chunk. */
export function asciiJson(value: unknown): string {
  return stringifyJson(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
