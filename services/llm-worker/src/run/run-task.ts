import type { LlmProgress, LlmResult, LlmTask, LlmTranscript } from '@gaze/contracts';
import type { Chat } from '../llm/chat.ts';
import { LlmFailure } from '../llm/failure.ts';
import type { Toolbox } from '../mcp/toolbox.ts';
import { checkTags } from '../result/check-tags.ts';
import type { AskTags } from '../result/check-tags.ts';
import { readAnswer } from '../result/read-answer.ts';
import { assign } from '../task/assign.ts';
import type { Assignment, Reading } from '../task/assignment.ts';
import { buildConversation } from './converse.ts';
import type { Limits } from './converse.ts';
import type { ReadPrompt } from './prompts.ts';
import { buildTranscript } from './transcript.ts';

export interface TaskDeps {
  toolbox: Toolbox;
  readPrompt: ReadPrompt;
  askTags: AskTags;
  /** What must never be written down, beside the provider's own key. */
  secrets: readonly string[];
  now: () => number;
  date: () => Date;
}

export type TaskOutcome =
  | { kind: 'done'; result: LlmResult; transcript: LlmTranscript }
  | { kind: 'failed'; failure: LlmFailure; transcript: LlmTranscript };

/** One task from its prompt to a checked result. Throws only where `signal` ended it. */
export async function runTask(
  deps: TaskDeps,
  chat: Chat,
  task: LlmTask,
  options: { signal: AbortSignal; limits: Limits; progress: (progress: LlmProgress) => void },
): Promise<TaskOutcome> {
  const { limits } = options;
  const assignment = assign(task);
  const { provider } = chat;
  const transcript = buildTranscript({
    model: provider.model,
    provider: new URL(provider.baseUrl).host,
    promptFile: assignment.promptFile,
    secrets: [...deps.secrets, ...(provider.apiKey === null ? [] : [provider.apiKey])],
    now: deps.now,
    date: deps.date,
  });
  const late = AbortSignal.timeout(limits.jobSeconds * 1000);
  const signal = AbortSignal.any([options.signal, late]);
  try {
    const system = await deps.readPrompt(assignment.promptFile);
    const conversation = buildConversation(
      { chat, toolbox: deps.toolbox, limits, transcript, signal, progress: options.progress },
      { system, user: assignment.user },
    );
    const reading = await readGoodAnswer(conversation, assignment, limits.maxRepairs);
    options.progress({
      phase: 'checking_tags',
      turn: transcript.turns(),
      max_turns: limits.maxTurns + limits.maxRepairs,
      tools: [],
      tokens: transcript.tokens(),
    });
    const checked = await checkTags(reading.tagTexts, {
      exempt: assignment.exemptTags,
      ask: deps.askTags,
      signal,
    });
    const refused = [...reading.refused, ...checked.refused];
    const notes = notesOf(refused.length, checked.report);
    const result = reading.finish(checked.texts, { refused, tag_report: checked.report, notes });
    return { kind: 'done', result, transcript: transcript.finish() };
  } catch (error) {
    options.signal.throwIfAborted();
    const failure = late.aborted
      ? new LlmFailure('provider', `The job took longer than ${limits.jobSeconds} s and was stopped.`)
      : error instanceof LlmFailure
        ? error
        : new LlmFailure('permanent', 'The worker could not make sense of the task; its log says more.', {
            code: 'internal',
            cause: error,
          });
    return { kind: 'failed', failure, transcript: transcript.finish() };
  }
}

async function readGoodAnswer(
  conversation: ReturnType<typeof buildConversation>,
  assignment: Assignment,
  maxRepairs: number,
): Promise<Reading> {
  let answer = await conversation.answer();
  for (let repairs = 0; ; repairs++) {
    const reading = readOrFaults(assignment, answer);
    if (reading.faults.length === 0 && 'finish' in reading) return reading;
    if (repairs === maxRepairs)
      throw new LlmFailure(
        'permanent',
        `The model's answer cannot be used: ${reading.faults.slice(0, 3).join(' ')}`,
      );
    answer = await conversation.repair(reading.faults);
  }
}

function readOrFaults(
  assignment: Assignment,
  { text, isCutShort }: { text: string; isCutShort: boolean },
): Reading | { faults: string[] } {
  const read = readAnswer(text, assignment.wantedKeys);
  if (read.kind === 'object') return assignment.read(read.value);
  return {
    faults: [...(isCutShort ? ['It was cut off by the limit of tokens; be shorter.'] : []), read.fault],
  };
}

function notesOf(refused: number, report: LlmResult['tag_report']): string[] {
  const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
  return [
    ...(refused === 0
      ? []
      : [`${count(refused, 'field', 'fields')} of the answer ${refused === 1 ? 'was' : 'were'} refused.`]),
    ...(report.checked ? [] : ['No tag server answered: the tags are unchecked.']),
    ...(report.unknown.length === 0
      ? []
      : [`${count(report.unknown.length, 'tag is', 'tags are')} not in the tag list.`]),
  ];
}
