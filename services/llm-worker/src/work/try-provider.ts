import type { LlmProviderSetting, LlmTestResult } from '@gaze/contracts';
import type { Chat, ToolOffer } from '../llm/chat.ts';
import { classify } from '../llm/failure.ts';
import type { Providers } from '../llm/providers.ts';

const testSeconds = 30;
const testTokens = 256;
const mostModels = 200;

/** A tool that does nothing: whether the model calls it is what is found out. */
const probe: ToolOffer = {
  name: 'report_ready',
  description: 'Tells that you are ready.',
  parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
};

/**
 * Finds out step by step whether a provider can be worked with: its list of models, an answer, a call of a tool. Nothing
 * is tried twice: a person waits.
 */
export async function tryProvider(
  providers: Providers,
  setting: LlmProviderSetting | null,
): Promise<LlmTestResult> {
  const began = performance.now();
  const signal = AbortSignal.timeout(testSeconds * 1000);
  const found: LlmTestResult = {
    ...{ ok: false, message: '', seconds: 0, models: [] },
    ...{ reachable: null, model_known: null, answers: null, tool_calls: null },
  };
  try {
    const chat = providers.chatFor(setting);
    await listModels(chat, signal, found);
    await askOnce(chat, signal, found);
  } catch (error) {
    found.ok = false;
    found.message = signal.aborted
      ? `The model did not answer within ${testSeconds} s. A large local model may still be loading: try again in a minute.`
      : classify(error).message;
    // Whoever refuses is there; whoever is silent is not known to be.
    found.reachable ??= classify(error).status === null ? null : true;
    if (classify(error).isUnreachable) found.reachable = false;
  }
  return { ...found, seconds: Number(((performance.now() - began) / 1000).toFixed(2)) };
}

/** Some servers keep no list, or refuse it: the model is asked all the same. */
async function listModels(chat: Chat, signal: AbortSignal, found: LlmTestResult): Promise<void> {
  try {
    const models = await chat.models(signal);
    found.reachable = true;
    found.models = models.slice(0, mostModels);
    found.model_known = models.length === 0 ? null : models.includes(chat.provider.model);
  } catch (error) {
    signal.throwIfAborted();
    const failure = classify(error);
    if (failure.isUnreachable || failure.status === 401 || failure.status === 403) throw error;
  }
}

async function askOnce(chat: Chat, signal: AbortSignal, found: LlmTestResult): Promise<void> {
  const answer = await chat.ask({
    messages: [
      { role: 'user', content: 'Call the tool report_ready with the word ready. Then answer ready.' },
    ],
    ...{ tools: [probe], mustAnswer: false, maxTokens: testTokens, seconds: testSeconds, tries: 1 },
    ...{ signal, onRetry: () => undefined },
  });
  const { model } = chat.provider;
  found.reachable = true;
  found.answers = answer.toolCalls.length > 0 || answer.text.trim() !== '';
  found.tool_calls = answer.toolCalls.length > 0 ? true : chat.takesTools() ? null : false;
  found.ok = found.answers;
  if (!found.answers) found.message = `${model} answers, but with an empty text.`;
  else if (found.tool_calls === true) found.message = `${model} answers and calls tools.`;
  else if (found.tool_calls === false)
    found.message = `${model} answers. It takes no tools: tags are checked after its answer.`;
  else found.message = `${model} answers. It was offered a tool and did not call it.`;
}
