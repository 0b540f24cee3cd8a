import type { RevisionView } from '@gaze/contracts';

/** Who made a change, as a row keeps it: `file`, `user`, `user: <name>` or `llm: <job>`. */
export function authorOf(madeBy: string): RevisionView['by'] {
  const [kind = '', ...name] = madeBy.split(': ');
  if (kind === 'file') return { kind, name: '' };
  return { kind: kind === 'llm' ? 'llm' : 'user', name: name.join(': ') };
}

/** The same in a row: nobody who asks by the bus can pass for the file system. */
export function madeBy(by: string): string {
  return by === 'user' || /^(user|llm): /.test(by) ? by : `user: ${by}`;
}
