import { z } from 'zod';

/** One answer that is given instead of the usual behaviour, whatever the request says. */
export const ScriptedReply = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: z.string() }),
  z.strictObject({ kind: z.literal('json'), value: z.unknown() }),
  z.strictObject({
    kind: z.literal('tool_calls'),
    /** A text as arguments goes out as it is, broken JSON included. */
    calls: z.array(z.strictObject({ name: z.string(), arguments: z.unknown() })).min(1),
  }),
  /** The text ends in the middle with `finish_reason: length`. */
  z.strictObject({ kind: z.literal('cut_short'), text: z.string() }),
  z.strictObject({ kind: z.literal('refusal'), text: z.string() }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    retryAfterSeconds: z.number().nonnegative().optional(),
    message: z.string().optional(),
  }),
  /** No answer until the stand-in stops or the script is cleared. */
  z.strictObject({ kind: z.literal('hang') }),
  /** The connection ends: before the answer, or in the middle of a stream. */
  z.strictObject({ kind: z.literal('disconnect') }),
  /** 200 with a body that is no JSON. */
  z.strictObject({ kind: z.literal('garbage'), body: z.string().default('<html>Bad gateway</html>') }),
]);
export type ScriptedReply = z.input<typeof ScriptedReply>;
export type ReadyReply = z.output<typeof ScriptedReply>;

export interface Script {
  /**
   * Queues answers for the next requests.
   * @throws ZodError for an answer that does not exist
   */
  push: (...replies: ScriptedReply[]) => void;
  next: () => ReadyReply | null;
  clear: () => void;
  length: () => number;
  /** Ends with the next `clear`. */
  signal: () => AbortSignal;
}

export function buildScript(): Script {
  let replies: ReadyReply[] = [];
  let cleared = new AbortController();
  return {
    push: (...given) => {
      replies.push(...given.map((reply) => ScriptedReply.parse(reply)));
    },
    next: () => replies.shift() ?? null,
    clear() {
      replies = [];
      cleared.abort();
      cleared = new AbortController();
    },
    length: () => replies.length,
    signal: () => cleared.signal,
  };
}
