/** What becomes of one thing of the original. */
export type Taking = 'added' | 'updated' | 'same' | 'kept';

/**
 * Compares a thing of the original with what is here, by their hashes. What was changed or deleted here since it was
 * taken stays as it is. Pure.
 * @param input.ours null: there is nothing here
 * @param input.before what it was when an import took it; undefined: none did
 */
export function decideTaking(input: {
  theirs: string;
  ours: string | null;
  before: string | undefined;
}): Taking {
  const { theirs, ours, before } = input;
  if (ours === theirs) return 'same';
  if (ours === null) return before === undefined ? 'added' : 'kept';
  return ours === before ? 'updated' : 'kept';
}
