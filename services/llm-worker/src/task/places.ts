import type { TagText } from '../result/check-tags.ts';
import { isObject, own } from '../result/pointer.ts';

const stepsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

function at(data: unknown, pointer: string): unknown {
  return stepsOf(pointer).reduce<unknown>(
    (value, step) =>
      Array.isArray(value)
        ? (value as unknown[])[Number(step)]
        : isObject(value)
          ? own(value, step)
          : undefined,
    data,
  );
}

/** The texts at some places; a list of texts gives one each. */
export function textsAt(data: unknown, pointers: readonly string[]): TagText[] {
  return pointers.flatMap((pointer): TagText[] => {
    const value = at(data, pointer);
    if (typeof value === 'string') return value === '' ? [] : [{ pointer, text: value }];
    if (!Array.isArray(value)) return [];
    return value.flatMap((text, index) =>
      typeof text === 'string' ? [{ pointer: `${pointer}/${index}`, text }] : [],
    );
  });
}

/** The data with other texts at these places; the data itself stays as it is. */
export function withTexts(data: Record<string, unknown>, texts: readonly TagText[]): Record<string, unknown> {
  const copy = structuredClone(data);
  for (const { pointer, text } of texts) {
    const steps = stepsOf(pointer);
    const last = steps.pop();
    const parent = steps.reduce<unknown>(
      (value, step) =>
        Array.isArray(value) ? (value as unknown[])[Number(step)] : isObject(value) ? value[step] : undefined,
      copy,
    );
    if (last === undefined) continue;
    if (Array.isArray(parent)) parent[Number(last)] = text;
    else if (isObject(parent)) parent[last] = text;
  }
  return copy;
}
