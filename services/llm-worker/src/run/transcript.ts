import type { LlmTranscript, TranscriptMessage } from '@gaze/contracts';

/** Writes down what happens in one attempt. Secrets are replaced as they come in, and it stays small. */
export interface TranscriptWriter {
  message: (message: TranscriptMessage) => void;
  turn: (tokens: { prompt: number; completion: number }, cost: number | null) => void;
  retry: (retry: { reason: string; wait_seconds: number }) => void;
  repair: (faults: readonly string[]) => void;
  turns: () => number;
  tokens: () => number;
  finish: () => LlmTranscript;
}

const longestText = 30_000;
const largestMessages = 350_000;
const shortestSecret = 4;

export function buildTranscript(about: {
  model: string;
  provider: string;
  promptFile: string;
  secrets: readonly string[];
  now: () => number;
  date: () => Date;
}): TranscriptWriter {
  const began = about.now();
  const startedAt = about.date().toISOString();
  const hide = buildHider(about.secrets);
  const messages: TranscriptMessage[] = [];
  const retries: LlmTranscript['retries'] = [];
  const repairs: string[][] = [];
  const tokens = { prompt: 0, completion: 0 };
  let cost: number | null = null;
  let turns = 0;
  let size = 0;
  let isTruncated = false;

  function cut(text: string): string {
    const room = Math.max(0, Math.min(longestText, largestMessages - size));
    const hidden = hide(text);
    if (hidden.length > room) isTruncated = true;
    const kept = hidden.length > room ? `${hidden.slice(0, room)}…` : hidden;
    size += Buffer.byteLength(kept);
    return kept;
  }

  return {
    message({ content, tool_calls: calls, ...rest }) {
      const toolCalls = calls?.map((call) => ({
        ...call,
        tool: cut(call.tool),
        arguments: cut(call.arguments),
      }));
      messages.push({
        ...rest,
        content: cut(content),
        ...(toolCalls === undefined ? {} : { tool_calls: toolCalls }),
      });
    },
    turn(spent, paid) {
      turns++;
      tokens.prompt += spent.prompt;
      tokens.completion += spent.completion;
      if (paid !== null) cost = (cost ?? 0) + paid;
    },
    retry: (retry) => void retries.push(retry),
    repair: (faults) => void repairs.push(faults.slice(0, 20).map((fault) => hide(fault).slice(0, 500))),
    turns: () => turns,
    tokens: () => tokens.prompt + tokens.completion,
    finish: () => ({
      v: 1,
      model: hide(about.model),
      provider: about.provider,
      prompt_file: about.promptFile,
      started_at: startedAt,
      seconds: Number(((about.now() - began) / 1000).toFixed(2)),
      messages,
      turns,
      tokens: { ...tokens, total: tokens.prompt + tokens.completion },
      cost,
      retries: retries.slice(0, 100),
      repairs,
      truncated: isTruncated,
    }),
  };
}

/** Takes secrets out of a text, wherever in it they stand. */
export function buildHider(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length >= shortestSecret)
    .sort((a, b) => b.length - a.length);
  return (text) => known.reduce((all, secret) => all.replaceAll(secret, '[secret]'), text);
}
