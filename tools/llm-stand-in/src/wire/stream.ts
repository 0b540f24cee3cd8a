import type { Turn } from './completion.ts';

const pieceLength = 24;

const pieces = (text: string): string[] => text.match(new RegExp(`[\\s\\S]{1,${pieceLength}}`, 'gu')) ?? [];

/** The answer as server-sent events, one text each, `[DONE]` last. */
export function streamEvents(turn: Turn, options: { includeUsage: boolean }): string[] {
  const { id, created, model, message, finishReason, usage } = turn;
  const base = { id, object: 'chat.completion.chunk', created, model, system_fingerprint: 'stand-in' };
  const chunk = (delta: object, finish: string | null = null): object => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(options.includeUsage ? { usage: null } : {}),
  });
  const calls = (message.tool_calls ?? []).flatMap((call, index) => [
    {
      tool_calls: [
        { index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } },
      ],
    },
    ...pieces(call.function.arguments).map((text) => ({
      tool_calls: [{ index, function: { arguments: text } }],
    })),
  ]);
  const chunks = [
    chunk({ role: 'assistant', content: message.tool_calls === undefined ? '' : null, refusal: null }),
    ...pieces(message.content ?? '').map((content) => chunk({ content })),
    ...pieces(message.refusal ?? '').map((refusal) => chunk({ refusal })),
    ...calls.map((delta) => chunk(delta)),
    chunk({}, finishReason),
    ...(options.includeUsage ? [{ ...base, choices: [], usage }] : []),
  ];
  return [...chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`), 'data: [DONE]\n\n'];
}
