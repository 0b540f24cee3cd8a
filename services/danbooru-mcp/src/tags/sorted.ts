/** Index of the first entry that is not below `wanted`, in a sorted list. */
export function lowerBound(list: readonly string[], wanted: string): number {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((list[middle] ?? '') < wanted) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The stretch of a sorted list that begins with `prefix`, end excluded. */
export function prefixRange(list: readonly string[], prefix: string): [number, number] {
  return [lowerBound(list, prefix), lowerBound(list, `${prefix}\uffff`)];
}
