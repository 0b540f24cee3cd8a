import type { CompatibilityReply, Recipe } from '@gaze/contracts';
import { RANDOM } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';

const calmMs = 250;

type Facts = Pick<CompatibilityReply, 'files' | 'hosts'>;

/** What the server knows of the files of a recipe and of its hosts. */
export class VerdictFacts {
  value = $state.raw<Facts | null>(null);
  /** Which files and hosts these facts are about. */
  key = $state('');
  error = $state.raw<unknown>(null);

  /** Asks once choosing calms down; gives back the way out. */
  ask(recipe: Recipe, key: string): () => void {
    const aborter = new AbortController();
    const timer = setTimeout(() => void this.#load(recipe, key, aborter.signal), calmMs);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }

  async #load(recipe: Recipe, key: string, signal: AbortSignal): Promise<void> {
    try {
      const { files, hosts } = await api.prompts.compatibility(withoutDraws(recipe), { signal });
      this.value = { files, hosts };
      this.error = null;
      this.key = key;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      this.key = key;
    }
  }
}

/** What is drawn later has no files yet. */
function withoutDraws(recipe: Recipe): Recipe {
  const { checkpoint, parts, ...rest } = recipe;
  return {
    ...rest,
    parts: Object.fromEntries(
      Object.entries(parts).map(([name, list]) => [name, list?.filter(({ slug }) => slug !== RANDOM)]),
    ),
    ...(checkpoint === undefined || checkpoint === RANDOM ? {} : { checkpoint }),
  };
}
