import type { GenerationChoices } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import type { ChoiceOf } from '#lib/edit/form.ts';

export interface Option {
  value: string;
  label: string;
  /** At the end of the line: who has it, what it is of. */
  note: string;
  isBad?: boolean;
}

/** What the hosts offer for a checkpoint's fields. */
class Choices {
  #value = $state.raw<GenerationChoices | null>(null);

  async load(): Promise<void> {
    if (this.#value !== null) return;
    try {
      this.#value = await api.prompts.choices();
    } catch {
      // names can be written by hand; the banner speaks for a server that does not answer
    }
  }

  of(kind: ChoiceOf): readonly Option[] {
    const value = this.#value;
    if (value === null) return [];
    if (kind === 'workflows') return value.workflows.map((name) => ({ value: name, label: name, note: '' }));
    return value[kind].map(({ name, hosts }) => ({
      ...{ value: name, label: name },
      note: hosts.length === value.known_hosts ? '' : hosts.join(', '),
    }));
  }
}

export const generationChoices = new Choices();
