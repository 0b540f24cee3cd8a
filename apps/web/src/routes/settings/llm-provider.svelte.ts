import type { LlmProviderKind, LlmProviderView, LlmTestResult } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { Model } from '#lib/llm/model.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

export const providerKinds: readonly {
  value: LlmProviderKind;
  label: string;
  baseUrl: string;
  needsKey: boolean;
}[] = [
  { value: 'ollama', label: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', needsKey: false },
  { value: 'lmstudio', label: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1', needsKey: false },
  { value: 'openrouter', label: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1', needsKey: true },
  { value: 'openai', label: 'Other', baseUrl: '', needsKey: true },
];

export const limitNames = ['call_seconds', 'job_seconds', 'answer_tokens', 'job_tokens'] as const;
export type LimitName = (typeof limitNames)[number];

/** The language model as somebody is choosing it: what stands in the form, and what a try of it found. */
export class ProviderForm {
  readonly model = new Model();
  kind = $state<LlmProviderKind>('ollama');
  baseUrl = $state('http://127.0.0.1:11434/v1');
  name = $state('');
  /** What was typed: the stored one is never seen again. */
  key = $state('');
  /** The stored key is to go. */
  dropsKey = $state(false);
  limits = $state<Record<LimitName, string>>({
    call_seconds: '',
    job_seconds: '',
    answer_tokens: '',
    job_tokens: '',
  });
  isDirty = $state(false);
  isBusy = $state(false);
  isTesting = $state(false);
  found = $state.raw<LlmTestResult | null>(null);
  view = $derived(this.model.view);
  isFixed = $derived(this.view?.origin === 'environment');

  /** Takes what is in force into the form, unless somebody has begun to change it. */
  take(view: LlmProviderView): void {
    if (this.isDirty) return;
    this.kind = view.kind ?? 'ollama';
    this.baseUrl = view.base_url ?? 'http://127.0.0.1:11434/v1';
    this.name = view.model ?? '';
    this.key = '';
    this.dropsKey = false;
    for (const limit of limitNames) {
      const { value, origin } = view.limits[limit];
      this.limits[limit] = origin === 'default' ? '' : String(value);
    }
  }

  choose(kind: LlmProviderKind): void {
    const usual = providerKinds.find(({ value }) => value === this.kind)?.baseUrl;
    const next = providerKinds.find(({ value }) => value === kind)?.baseUrl ?? '';
    if (this.baseUrl.trim() === '' || this.baseUrl === usual) this.baseUrl = next;
    this.kind = kind;
    this.isDirty = true;
  }

  /** The key as it is sent: absent leaves the stored one, null takes it away. */
  #key(): { api_key?: string | null } {
    if (this.key.trim() !== '') return { api_key: this.key.trim() };
    return this.dropsKey ? { api_key: null } : {};
  }

  async save(): Promise<void> {
    this.isBusy = true;
    try {
      this.model.view = await api.llm.setProvider({
        kind: this.kind,
        base_url: this.baseUrl.trim(),
        model: this.name.trim(),
        ...this.#key(),
        limits: this.#limits(),
      });
      this.isDirty = false;
      this.take(this.model.view);
      toasts.show({ title: `${this.name} writes from now on` });
    } catch (error) {
      toasts.failed('The language model was not saved', error);
    }
    this.isBusy = false;
  }

  async forget(): Promise<void> {
    this.isBusy = true;
    try {
      this.model.view = await api.llm.forgetProvider();
      this.isDirty = false;
      this.found = null;
      this.take(this.model.view);
      toasts.show({ title: 'The language model and its key are forgotten' });
    } catch (error) {
      toasts.failed('The language model was not forgotten', error);
    }
    this.isBusy = false;
  }

  /** Tries what stands in the form, saved or not; what the environment fixes is tried as it is. */
  async test(): Promise<void> {
    this.isTesting = true;
    this.found = null;
    try {
      this.found = await api.llm.test(
        this.isFixed || !this.isDirty
          ? undefined
          : { base_url: this.baseUrl.trim(), model: this.name.trim(), ...this.#key() },
      );
    } catch (error) {
      toasts.failed('The model could not be tried', error);
    }
    this.isTesting = false;
  }

  #limits(): Partial<Record<LimitName, number>> {
    return Object.fromEntries(
      limitNames.flatMap((limit) => {
        const value = Number(this.limits[limit]);
        return this.limits[limit].trim() === '' || !Number.isFinite(value) ? [] : [[limit, value]];
      }),
    );
  }
}
