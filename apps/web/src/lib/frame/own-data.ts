/**
 * What a page was opened with, for as long as it is on the screen. The frame shows parts of the page, its title and on
 * a phone its first action, and may draw them once more with the data of the next page, in which its own are missing.
 */
export function ownData<T>(read: () => T | undefined): () => T {
  let last: T | undefined;
  return () => {
    last = read() ?? last;
    if (last === undefined) throw new Error('A page was opened without its data.');
    return last;
  };
}
