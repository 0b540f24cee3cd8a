export interface ByteRange {
  /** Both inclusive. */
  start: number;
  end: number;
}

/**
 * One range of a Range header (RFC 9110, 14.2). What is not understood, or names several, counts as absent: then the
 * whole is sent, as the standard allows.
 * @returns `unsatisfiable` where the range lies outside the bytes
 */
export function parseRange(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null) return null;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return null;
  if (from === '') {
    const last = Number(to);
    return last === 0 || bytes === 0 ? 'unsatisfiable' : { start: Math.max(0, bytes - last), end: bytes - 1 };
  }
  const start = Number(from);
  if (to !== '' && Number(to) < start) return null;
  if (start >= bytes) return 'unsatisfiable';
  return { start, end: to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1) };
}

/** Whether a list of ETags holds this one, by the weak comparison that If-None-Match wants. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  const plain = (tag: string): string => tag.trim().replace(/^W\//, '');
  return (
    header !== undefined && header.split(',').some((tag) => tag.trim() === '*' || plain(tag) === plain(etag))
  );
}
