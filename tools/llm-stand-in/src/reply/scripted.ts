import type { ReadyReply } from '../script.ts';
import { say } from './reply.ts';
import type { Reply } from './reply.ts';

/** A scripted answer as what the model says; null for one that is a fault of the transport. */
export function scriptedReply(reply: ReadyReply): Reply | null {
  if (reply.kind === 'text') return say(reply.text);
  if (reply.kind === 'json') return say(JSON.stringify(reply.value));
  if (reply.kind === 'cut_short') return { kind: 'text', text: reply.text, finish: 'length' };
  if (reply.kind === 'refusal') return { kind: 'refusal', text: reply.text };
  if (reply.kind !== 'tool_calls') return null;
  const calls = reply.calls.map((one) => ({
    name: one.name,
    arguments: typeof one.arguments === 'string' ? one.arguments : JSON.stringify(one.arguments ?? {}),
  }));
  return { kind: 'tool_calls', calls };
}
