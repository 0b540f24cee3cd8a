import type { GenerationDefaults, Prompts, Recipe } from '@gaze/contracts';
import type { PopulatedSection, Preview, SourceEntity } from '@gaze/domain';
import { previewPrompts } from '@gaze/domain';
import { asServerSays } from './domain-trouble.ts';
import type { LastRender } from './last-render.ts';
import { marksOf, triggerKeys, type Marks } from './marks.ts';
import { tagFlow, type TagFlow } from './tag-flow.ts';
import { drawnWords } from './unresolved.ts';

export const promptNames = ['main', 'face', 'hand', 'negative'] as const;
export type PromptName = (typeof promptNames)[number];

/** What the prompts are made from right now. */
export interface Ingredients {
  recipe: Recipe | null;
  entities: readonly SourceEntity[];
  surroundings: GenerationDefaults | null;
  sections: readonly PopulatedSection[];
  owner: SourceEntity | null;
}

type Composed = { preview: Preview; error: null } | { preview: null; error: unknown };

/** The prompts of the page, composed as the server would, and what changed in them since the last render. */
export class Composition {
  #of: () => Ingredients;
  last = $state.raw<LastRender | null>(null);

  #composed = $derived.by<Composed | null>(() => {
    const { recipe, entities, surroundings } = this.#of();
    if (recipe === null || surroundings === null) return null;
    try {
      return { preview: previewPrompts(recipe, entities, surroundings), error: null };
    } catch (error) {
      return { preview: null, error };
    }
  });
  preview = $derived(this.#composed?.preview ?? null);
  /** Why nothing can be composed: a fault of a file, most of the time. */
  error = $derived(asServerSays(this.#composed?.error ?? null));
  prompts = $derived<Prompts | null>(this.preview?.prompts ?? null);
  marks = $derived.by<Marks>(() => {
    const { sections, owner } = this.#of();
    return marksOf(sections, this.preview?.snapshot ?? null, owner);
  });
  drawn = $derived(drawnWords(this.preview?.unresolved ?? []));

  #flows = $derived.by<Record<PromptName, TagFlow> | null>(() => {
    const now = this.prompts;
    if (now === null) return null;
    const triggers = triggerKeys(this.preview?.snapshot ?? null);
    const flow = (name: PromptName) => tagFlow(now[name], this.last?.prompts[name] ?? null, triggers);
    return { main: flow('main'), face: flow('face'), hand: flow('hand'), negative: flow('negative') };
  });

  constructor(of: () => Ingredients) {
    this.#of = of;
  }

  flow(name: PromptName): TagFlow | null {
    return this.#flows?.[name] ?? null;
  }

  /** From here on, changes are changes against what the page says now. */
  settle(fields: readonly string[] | null): void {
    if (this.prompts !== null) this.last = { prompts: this.prompts, fields };
  }
}
