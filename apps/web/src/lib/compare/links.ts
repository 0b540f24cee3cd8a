/** The page that lays two pictures side by side; with one alone, the other is chosen there. */
export function compareHref(a: string, b = ''): string {
  const search = new URLSearchParams({ a });
  if (b) search.set('b', b);
  return `/gallery/compare?${search.toString()}`;
}
