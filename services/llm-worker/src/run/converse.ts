import type { LlmLimitChoice, LlmProgress } from '@gaze/contracts';
import { usualLlmLimits } from '@gaze/contracts';
import type { Chat, ChatMessage } from '../llm/chat.ts';
import { LlmFailure } from '../llm/failure.ts';
import type { Toolbox } from '../mcp/toolbox.ts';
import type { TranscriptWriter } from './transcript.ts';

export interface Limits {
  /** Requests in the tool loop; the last one must answer. */
  maxTurns: number;
  /** Exchanges in which the model may put its answer right. */
  maxRepairs: number;
  maxAnswerTokens: number;
  /** Of all requests of a job together. */
  maxJobTokens: number;
  maxCallsPerTurn: number;
  jobSeconds: number;
  /** Of one request to the model. */
  callSeconds: number;
}

/** Figures of the environment and of Settings in this loop's own words. */
export function withChosen(limits: Limits, chosen: LlmLimitChoice): Limits {
  return {
    ...limits,
    ...(chosen.call_seconds === undefined ? {} : { callSeconds: chosen.call_seconds }),
    ...(chosen.job_seconds === undefined ? {} : { jobSeconds: chosen.job_seconds }),
    ...(chosen.answer_tokens === undefined ? {} : { maxAnswerTokens: chosen.answer_tokens }),
    ...(chosen.job_tokens === undefined ? {} : { maxJobTokens: chosen.job_tokens }),
  };
}

export const usualLimits: Limits = {
  maxTurns: 10,
  maxRepairs: 2,
  maxAnswerTokens: usualLlmLimits.answer_tokens,
  maxJobTokens: usualLlmLimits.job_tokens,
  maxCallsPerTurn: 8,
  jobSeconds: usualLlmLimits.job_seconds,
  callSeconds: usualLlmLimits.call_seconds,
};

export interface Conversation {
  /** Goes on until the model answers without calling a tool. @throws LlmFailure */
  answer: () => Promise<{ text: string; isCutShort: boolean }>;
  /** Names what is wrong with the answer and asks again, without tools. @throws LlmFailure */
  repair: (faults: readonly string[]) => Promise<{ text: string; isCutShort: boolean }>;
}

export interface ConversationDeps {
  chat: Chat;
  toolbox: Toolbox;
  limits: Limits;
  transcript: TranscriptWriter;
  signal: AbortSignal;
  progress: (progress: LlmProgress) => void;
}

/** One conversation with a model: the loop over its tool calls, every step bounded and written down. */
export function buildConversation(
  deps: ConversationDeps,
  start: { system: string; user: string },
): Conversation {
  const { chat, toolbox, limits, transcript, signal } = deps;
  const messages: ChatMessage[] = [];
  const maxRequests = limits.maxTurns + limits.maxRepairs;
  add({ role: 'system', content: start.system });
  add({ role: 'user', content: start.user });

  function add(message: ChatMessage & { role: 'system' | 'user' }): void {
    messages.push(message);
    transcript.message({ role: message.role, content: message.content });
  }

  function tell(phase: LlmProgress['phase'], tools: readonly string[] = [], turn = transcript.turns()): void {
    deps.progress({ phase, turn, max_turns: maxRequests, tools: [...tools], tokens: transcript.tokens() });
  }

  async function ask(mustAnswer: boolean) {
    if (transcript.tokens() >= limits.maxJobTokens)
      throw new LlmFailure(
        'permanent',
        `The job has used up its ${limits.maxJobTokens} tokens without an answer.`,
      );
    const began = performance.now();
    const answer = await chat.ask({
      messages,
      tools: toolbox.offers(),
      mustAnswer,
      maxTokens: limits.maxAnswerTokens,
      seconds: limits.callSeconds,
      signal,
      onRetry: (retry) => transcript.retry(retry),
    });
    transcript.turn(answer.tokens, answer.cost);
    const calls = mustAnswer ? [] : answer.toolCalls;
    messages.push({
      role: 'assistant',
      content: answer.text,
      ...(calls.length === 0 ? {} : { toolCalls: calls }),
    });
    transcript.message({
      role: 'assistant',
      content: answer.refusal ?? answer.text,
      seconds: secondsSince(began),
      tokens: answer.tokens,
      ...(calls.length === 0
        ? {}
        : {
            tool_calls: calls.map((call) => ({
              id: call.id,
              server: toolbox.resolve(call.name)?.server ?? null,
              tool: call.name,
              arguments: call.arguments,
            })),
          }),
    });
    if (answer.refusal !== null)
      throw new LlmFailure(
        'permanent',
        `The model refused: ${answer.refusal.replace(/\s+/g, ' ').slice(0, 300)}`,
      );
    return { ...answer, toolCalls: calls };
  }

  async function callTools(calls: Awaited<ReturnType<typeof ask>>['toolCalls']): Promise<void> {
    tell('tools', calls.map(({ name }) => name).slice(0, limits.maxCallsPerTurn));
    const results = await Promise.all(
      calls.map(async (call, place) => {
        const began = performance.now();
        const result =
          place < limits.maxCallsPerTurn
            ? await toolbox.call(call.name, call.arguments, signal)
            : {
                outcome: 'refused' as const,
                server: null,
                text: 'Too many calls at once; nothing was called.',
              };
        return { call, result, seconds: secondsSince(began) };
      }),
    );
    for (const { call, result, seconds } of results) {
      messages.push({ role: 'tool', content: result.text, toolCallId: call.id });
      transcript.message({
        role: 'tool',
        content: result.text,
        tool_call_id: call.id,
        outcome: result.outcome,
        seconds,
      });
    }
  }

  return {
    async answer() {
      for (let turn = 1; ; turn++) {
        tell('asking', [], transcript.turns() + 1);
        const answer = await ask(turn === limits.maxTurns);
        if (answer.toolCalls.length === 0) return { text: answer.text, isCutShort: answer.isCutShort };
        await callTools(answer.toolCalls);
      }
    },
    async repair(faults) {
      transcript.repair(faults);
      add({
        role: 'user',
        content: [
          'Your answer cannot be used:',
          ...faults.slice(0, 20).map((fault) => `- ${fault}`),
          'Answer again with the whole JSON object and nothing else.',
        ].join('\n'),
      });
      tell('repairing', [], transcript.turns() + 1);
      const answer = await ask(true);
      return { text: answer.text, isCutShort: answer.isCutShort };
    },
  };
}

const secondsSince = (began: number): number => Number(((performance.now() - began) / 1000).toFixed(2));
