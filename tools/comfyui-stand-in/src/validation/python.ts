// How Python converts and prints the values that JSON can hold. ComfyUI coerces inputs with these built-ins, so what
// passes and what fails, and every message, follows them.

/** What a Python built-in raises. */
export class PythonError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.name = 'PythonError';
    this.type = type;
  }
}

export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'string') return 'str';
  return Array.isArray(value) ? 'list' : 'dict';
}

const wholeNumber = /^[+-]?\d+(_\d+)*$/;

/** `int(value)` */
export function toInt(value: unknown): number | bigint {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Math.trunc(value) + 0;
  if (typeof value === 'string') {
    const text = value.trim();
    if (wholeNumber.test(text)) return smallest(BigInt(text.replaceAll('_', '').replace(/^\+/, '')));
    throw new PythonError('ValueError', `invalid literal for int() with base 10: ${repr(value)}`);
  }
  throw new PythonError(
    'TypeError',
    `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
  );
}

const realNumber = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i;
const endless = /^([+-]?)inf(inity)?$/i;

/** `float(value)` */
export function toFloat(value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value);
  if (typeof value === 'string') {
    const text = value.trim();
    if (realNumber.test(text)) return Number(text.replaceAll('_', ''));
    if (/^[+-]?nan$/i.test(text)) return NaN;
    const infinite = endless.exec(text);
    if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
    throw new PythonError('ValueError', `could not convert string to float: ${repr(value)}`);
  }
  throw new PythonError(
    'TypeError',
    `float() argument must be a string or a real number, not '${typeName(value)}'`,
  );
}

/** `bool(value)`: "false" is true. */
export function toBool(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value);
}

/** `str(value)` */
export function str(value: unknown): string {
  return typeof value === 'string' ? value : repr(value);
}

/** `repr(value)` */
export function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isInteger(value) ? wholeText(value) : String(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  const pairs = Object.entries(value as Record<string, unknown>);
  return `{${pairs.map(([key, entry]) => `${quoted(key)}: ${repr(entry)}`).join(', ')}}`;
}

/** A float as Python prints it: always with a point or an exponent. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${value}.0`;
  return String(value);
}

const wholeText = (value: number): string =>
  Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote;
}

function smallest(value: bigint): number | bigint {
  const plain = Number(value);
  return Number.isSafeInteger(plain) ? plain : value;
}
