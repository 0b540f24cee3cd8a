import type { GeneratorChoice } from './choice.ts';
import { plainChoice } from './choice.ts';

const choiceKey = 'gaze.generator';
const batchesKey = 'gaze.generator.batches';
const mostBatches = 6;

/** What was chosen here last, in this browser. */
export function readChoice(): GeneratorChoice {
  return restored(parsed(localStorage.getItem(choiceKey)));
}

export function keepChoice(choice: GeneratorChoice): void {
  keep(choiceKey, choice);
}

/** Ids of the batches that were queued here last, oldest first. */
export function readBatches(): readonly string[] {
  const kept = parsed(localStorage.getItem(batchesKey));
  return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string').slice(-mostBatches) : [];
}

export function keepBatches(ids: readonly string[]): void {
  keep(batchesKey, ids.slice(-mostBatches));
}

/** A browser whose store is full or shut off forgets with the tab; the page works all the same. */
function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // see above
  }
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

/** A kept choice, each value of it only where it is of the kind that belongs there: older versions kept others. */
export function restored(kept: unknown): GeneratorChoice {
  if (typeof kept !== 'object' || kept === null) return plainChoice;
  const choice: Record<string, unknown> = { ...plainChoice };
  for (const [key, plain] of Object.entries(plainChoice)) {
    const value: unknown = (kept as Record<string, unknown>)[key];
    if (value !== undefined && isOfKind(key, value, plain)) choice[key] = value;
  }
  return { ...(choice as unknown as GeneratorChoice), parts: restoredParts(choice.parts) };
}

const numbers = ['seed', 'width', 'height'];

function isOfKind(key: string, value: unknown, plain: unknown): boolean {
  if (plain !== null) return typeof value === typeof plain && value !== null;
  if (value === null) return true;
  return typeof value === (numbers.includes(key) ? 'number' : key === 'background' ? 'boolean' : 'string');
}

function restoredParts(kept: unknown): GeneratorChoice['parts'] {
  return Object.fromEntries(
    Object.entries(kept as object).flatMap(([name, list]: [string, unknown]) =>
      Array.isArray(list) ? [[name, list.flatMap(restoredPart)]] : [],
    ),
  );
}

function restoredPart(kept: unknown) {
  if (typeof kept !== 'object' || kept === null || !('slug' in kept) || typeof kept.slug !== 'string')
    return [];
  const { slug, fields, weight, useLora } = kept as Record<string, unknown> & { slug: string };
  return [
    {
      slug,
      fields: Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : null,
      weight: typeof weight === 'number' ? weight : null,
      useLora: useLora !== false,
    },
  ];
}
