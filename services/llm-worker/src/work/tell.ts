import { llmWorkerRpc } from '@gaze/contracts';
import type { LlmProviderSetting, LlmWorkerStatus } from '@gaze/contracts';
import { serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import { classify } from '../llm/failure.ts';
import type { Providers } from '../llm/providers.ts';

const testSeconds = 30;
const testTokens = 64;

/** What the settings page asks of a worker: how it stands, and whether the model answers. */
export function tellStatus(
  nc: NatsConnection,
  deps: { status: () => LlmWorkerStatus; providers: Providers; log: Log },
): { stop: () => Promise<void> } {
  const servers = [
    serveRpc(nc, llmWorkerRpc.status, () => Promise.resolve(deps.status()), { log: deps.log }),
    serveRpc(nc, llmWorkerRpc.test, ({ provider }) => tryProvider(deps.providers, provider), {
      log: deps.log,
    }),
  ];
  return {
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

async function tryProvider(providers: Providers, setting: LlmProviderSetting | null) {
  const began = performance.now();
  const seconds = (): number => Number(((performance.now() - began) / 1000).toFixed(2));
  const signal = AbortSignal.timeout(testSeconds * 1000);
  try {
    const chat = providers.chatFor(setting);
    const { text } = await chat.ask({
      messages: [{ role: 'user', content: 'Answer with the word ready.' }],
      tools: [],
      mustAnswer: true,
      maxTokens: testTokens,
      signal,
      onRetry: () => undefined,
    });
    const models = await chat.models(signal).catch(() => []);
    const message =
      text.trim() === '' ? 'The model answers, but with an empty text.' : `${chat.provider.model} answers.`;
    return { ok: true, message, seconds: seconds(), models };
  } catch (error) {
    const message = signal.aborted
      ? `The model did not answer within ${testSeconds} s.`
      : classify(error).message;
    return { ok: false, message, seconds: seconds(), models: [] };
  }
}
