import { pick } from '../support/random.ts';

type Schema = Record<string, unknown>;
export type Random = () => number;

const words = ['lantern', 'Elke Marrow', 'red hair, smile', 'x', '夜の海', 'a_b', '1girl'];
const deepest = 6;

/** Draws values that a schema of the OpenAPI document allows. */
export function buildDrawing(document: unknown, random: Random): (schema: unknown) => unknown {
  const chance = (share: number): boolean => random() < share;
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));

  function resolved(schema: Schema): Schema {
    const { $ref } = schema;
    if (typeof $ref !== 'string') return schema;
    let at: unknown = document;
    for (const part of $ref.slice(2).split('/')) at = (at as Schema)[part];
    return resolved(at as Schema);
  }

  function draw(given: unknown, depth = 0): unknown {
    const schema = resolved((given ?? {}) as Schema);
    if ('const' in schema) return schema.const;
    if (Array.isArray(schema.enum)) return pick(random, schema.enum as unknown[]);
    const either = (schema.anyOf ?? schema.oneOf) as unknown[] | undefined;
    if (either !== undefined) return draw(pick(random, either), depth);
    if (Array.isArray(schema.allOf))
      return Object.assign({}, ...(schema.allOf as unknown[]).map((part) => draw(part, depth))) as unknown;
    const type = Array.isArray(schema.type) ? pick(random, schema.type as string[]) : schema.type;
    switch (type) {
      case 'string':
        return text(schema);
      case 'integer':
      case 'number':
        return number(schema, type === 'integer');
      case 'boolean':
        return chance(0.5);
      case 'null':
        return null;
      case 'array': {
        const least = Number(schema.minItems ?? 0);
        const length = Math.max(least, Math.min(Number(schema.maxItems ?? 3), between(0, 3)));
        return Array.from({ length }, () => draw(schema.items, depth + 1));
      }
      case 'object':
        return object(schema, depth);
      default:
        return pick(random, words);
    }
  }

  function text(schema: Schema): string {
    const examples = schema.examples as string[] | undefined;
    if (examples !== undefined) return pick(random, examples);
    if (schema.format === 'date-time') return '2026-11-24T10:00:00.000Z';
    if (schema.format === 'uri' || schema.format === 'url') return 'http://127.0.0.1:1/';
    const least = Number(schema.minLength ?? 0);
    const drawn = typeof schema.pattern === 'string' ? 'elke_marrow' : pick(random, words);
    return drawn.padEnd(least, 'x').slice(0, Number(schema.maxLength ?? 200));
  }

  function number(schema: Schema, whole: boolean): number {
    const low = Number(schema.minimum ?? schema.exclusiveMinimum ?? 0);
    const high = Math.min(Number(schema.maximum ?? schema.exclusiveMaximum ?? low + 100), low + 1000);
    const drawn = low + random() * Math.max(0, high - low);
    const step = Number(schema.multipleOf ?? 0);
    if (step > 0) return Math.ceil(low / step) * step + step * between(0, 3);
    return whole ? Math.ceil(drawn) : Math.round(drawn * 100) / 100;
  }

  function object(schema: Schema, depth: number): unknown {
    const properties = (schema.properties ?? {}) as Record<string, unknown>;
    const required = new Set((schema.required ?? []) as string[]);
    const drawn: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(properties))
      if (required.has(name) || (depth < deepest && chance(0.35))) drawn[name] = draw(property, depth + 1);
    return drawn;
  }

  return (schema) => draw(schema);
}

/** Values that nobody sends by accident. */
export const hostileValues: readonly unknown[] = [
  ...[
    '',
    ' ',
    '..',
    '../../../../etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    '/etc/passwd',
    'C:\\Windows\\win.ini',
    'a\0b',
    '\ud800',
  ],
  ...[
    '<script>alert(1)</script>',
    "'; DROP TABLE entity; --",
    '%s%s%n',
    '${7*7}',
    '__proto__',
    'constructor',
    '‮txt.exe',
  ],
  ...['a'.repeat(9000), '💥'.repeat(300), '__random__', 'null', 'NaN', '1e999', '-1', '0x10', '*', '%'],
  ...[-1, 0, 0.5, 1e308, 2 ** 53, -(2 ** 63), 2 ** 31],
  ...[true, null, [], {}, [[[[[[]]]]]], { $ref: '#' }, { toString: 1 }, ['a', 1, null]],
];

/** The same with one place changed: another value, a key less, or one that nobody knows. */
export function spoiled(value: unknown, random: Random): unknown {
  const places = paths(value);
  const path = places.length === 0 ? [] : pick(random, places);
  const how = random();
  if (path.length === 0)
    return how < 0.3 ? { ...(value as object), a_key_that_nobody_knows: 1 } : pick(random, hostileValues);
  const copy: unknown = structuredClone(value);
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Schema)[key], copy) as Schema;
  const last = path.at(-1) ?? '';
  if (how < 0.2) Reflect.deleteProperty(parent, last);
  else if (how < 0.3) parent[`${last}_`] = pick(random, hostileValues);
  else parent[last] = pick(random, hostileValues);
  return copy;
}

function paths(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [[...at, key], ...paths((value as Schema)[key], [...at, key])]);
}
