import type { LlmProviderSetting } from '@gaze/contracts';
import { unseal } from '@gaze/runtime';
import { LlmFailure } from './failure.ts';
import type { Chat, Provider } from './chat.ts';

export interface Providers {
  /** The provider that the environment fixes, which wins; else the one of Settings. @throws LlmFailure where there is none */
  chatFor: (setting: LlmProviderSetting | null) => Chat;
  /** A sentence where the environment fixes none. */
  notFixed: () => string | null;
  fixed: Provider | null;
}

const kept = 4;

/** Clients are kept, so that a provider's connections and what was learnt of it last from job to job. */
export function buildProviders(deps: {
  fixed: Provider | null;
  key: () => Buffer | null;
  build: (provider: Provider) => Chat;
}): Providers {
  const chats = new Map<string, Chat>();

  function chatOf(provider: Provider): Chat {
    const name = JSON.stringify(provider);
    const chat = chats.get(name) ?? deps.build(provider);
    chats.delete(name);
    chats.set(name, chat);
    const [oldest] = chats.keys();
    if (chats.size > kept && oldest !== undefined) chats.delete(oldest);
    return chat;
  }

  function fromSetting(setting: LlmProviderSetting): Provider {
    if (!URL.canParse(setting.base_url) || setting.model.trim() === '')
      throw new LlmFailure('permanent', 'The language model in Settings has no address or no model name.', {
        code: 'llm_not_configured',
      });
    return { baseUrl: setting.base_url, model: setting.model, apiKey: openKey(setting.sealed_key) };
  }

  function openKey(sealed: string | null): string | null {
    if (sealed === null) return null;
    const key = deps.key();
    if (key === null)
      throw new LlmFailure(
        'permanent',
        'The key of the language model cannot be opened: this worker has no key file (GAZE_KEY_FILE).',
      );
    try {
      return unseal(sealed, key);
    } catch (cause) {
      throw new LlmFailure(
        'permanent',
        'The key of the language model cannot be opened; enter it again in Settings.',
        { cause },
      );
    }
  }

  return {
    fixed: deps.fixed,
    notFixed: () =>
      deps.fixed === null ? 'LLM_BASE_URL and LLM_MODEL are not set; what Settings say is used.' : null,
    chatFor(setting) {
      if (deps.fixed !== null) return chatOf(deps.fixed);
      if (setting !== null) return chatOf(fromSetting(setting));
      throw new LlmFailure(
        'permanent',
        'No language model is set up. Choose one in Settings, or set LLM_BASE_URL and LLM_MODEL.',
        { code: 'llm_not_configured' },
      );
    },
  };
}
