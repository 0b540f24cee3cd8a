/** «A», «A and B», «A, B and C». */
export function joined(names: readonly string[]): string {
  const [first = '', ...rest] = names;
  const last = rest.pop();
  return last === undefined ? first : `${[first, ...rest].join(', ')} and ${last}`;
}
