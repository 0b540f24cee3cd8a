/** The part of the page where a refused request's fault is shown. */
export type ProblemPlace =
  | 'size'
  | 'seed'
  | 'count'
  | 'checkpoint'
  | 'extra_positive'
  | 'extra_negative'
  | 'companions'
  | 'fields'
  | 'all';

const places: readonly (readonly [RegExp, ProblemPlace])[] = [
  [/extra_positive/, 'extra_positive'],
  [/extra_negative/, 'extra_negative'],
  [/checkpoint/, 'checkpoint'],
  [/(^|[./])(width|height)$/, 'size'],
  [/(^|[./])seed$/, 'seed'],
  [/(^|[./])count$/, 'count'],
  [/parts/, 'companions'],
  [/::/, 'fields'],
];

/** Where a field path of the API (`recipe.checkpoint`, `body/width`, `parts.looks.0.slug`) stands on the page. */
export function problemPlace(field: string | undefined): ProblemPlace {
  return places.find(([pattern]) => field !== undefined && pattern.test(field))?.[1] ?? 'all';
}
