/** What the model says, before it is put on the wire. */
export type Reply =
  | { kind: 'text'; text: string; finish: 'stop' | 'length' }
  | { kind: 'refusal'; text: string }
  | { kind: 'tool_calls'; calls: { name: string; arguments: string }[] };

export const say = (text: string): Reply => ({ kind: 'text', text, finish: 'stop' });

export const call = (name: string, args: unknown): Reply => ({
  kind: 'tool_calls',
  calls: [{ name, arguments: JSON.stringify(args) }],
});
