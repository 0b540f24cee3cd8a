import { z } from 'zod';
import type { Operation } from './requests.ts';

/** What is wrong with an answer, as a sentence; null where it holds what the document promises. */
export type Holds = (
  operation: Operation,
  answer: { status: number; type: string; text: string },
) => string | null;

const traces = /\n\s+at .+[:(]\d+|node_modules|\/services\/|PostgresError|kysely/;

/** Holds answers against the document: the status is declared, the body fits its schema, and nothing of the inside shows. */
export function buildHolds(
  document: { components?: { schemas?: unknown } },
  secrets: readonly string[],
): Holds {
  const inPlace = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value ?? {}).replaceAll('#/components/schemas/', '#/$defs/'));
  const $defs = inPlace(document.components?.schemas);
  const checkers = new Map<unknown, z.ZodType>();
  function checker(schema: unknown): z.ZodType {
    const known = checkers.get(schema);
    if (known !== undefined) return known;
    const made = z.fromJSONSchema({ ...(inPlace(schema) as object), $defs } as Parameters<
      typeof z.fromJSONSchema
    >[0]);
    checkers.set(schema, made);
    return made;
  }

  return (operation, { status, type, text }) => {
    if (status >= 500) return `answered ${status}: ${text.slice(0, 300)}`;
    const declared = operation.responses[String(status)];
    if (declared === undefined) return `answered ${status}, which it does not declare: ${text.slice(0, 200)}`;
    if (traces.test(text)) return `shows its inside: ${text.slice(0, 300)}`;
    const secret = secrets.find((one) => text.includes(one));
    if (secret !== undefined) return 'shows a file outside of its folders';
    const kind = type.split(';')[0] ?? '';
    const schema = declared.content?.[kind]?.schema;
    if (schema === undefined || !kind.endsWith('json')) return null;
    const fits = checker(schema).safeParse(JSON.parse(text));
    if (fits.success) return null;
    const [issue] = fits.error.issues;
    return `${status}: the body breaks its schema at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  };
}
