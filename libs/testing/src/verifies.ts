/**
 * Ties a test to the requirements that it proves, by their ids in tests/requirements.ts:
 *
 *   describe(verifies('start.two-commands', 'Two commands start the whole house'), () => { … })
 *   test(verifies(['R1', 'R2'], 'a killed generator loses nothing'), …)
 *
 * It gives the test's name with the ids in front. Ids are written as literals right behind the bracket, so that
 * tests/architecture finds them by reading the files.
 */
export function verifies(ids: string | readonly string[], title: string): string {
  const list = typeof ids === 'string' ? [ids] : ids;
  return `[${list.join(', ')}] ${title}`;
}
