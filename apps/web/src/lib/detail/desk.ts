import type { CategoryDeclaration, ImageView, Recipe } from '@gaze/contracts';
import type { Composition } from './composition.svelte.ts';
import type { Highlight } from './highlight.svelte.ts';
import type { Renders } from './renders.svelte.ts';
import type { Selection } from './selection.ts';
import type { Size } from './size.ts';
import type { Submit } from './submit.svelte.ts';
import type { Surroundings } from './surroundings.svelte.ts';

/** The part of a choice that does not depend on what the page is about. */
export type RenderChoice = Pick<
  Selection,
  | 'extraPositive'
  | 'extraNegative'
  | 'checkpoint'
  | 'seed'
  | 'seedLocked'
  | 'width'
  | 'height'
  | 'count'
  | 'background'
  | 'faceDetail'
  | 'handDetail'
>;

/** What the parts around Generate need of their page: the page of an entity has it, and the generator. */
export interface Desk {
  readonly declaration: Pick<CategoryDeclaration, 'generation'>;
  readonly selection: RenderChoice;
  readonly choice: { change: (patch: Partial<RenderChoice>) => void };
  readonly recipe: Recipe | null;
  readonly composition: Composition;
  readonly surroundings: Surroundings;
  readonly highlight: Highlight;
  readonly submit: Pick<Submit, 'at' | 'refusal' | 'isBusy'>;
  /** Fields whose text cannot be, by name, each with what brings the person there. */
  readonly wrongFields: Map<string, () => void>;
  readonly preset: { checkpoint: string | undefined } | null;
  readonly checkpoint: string | null;
  readonly size: Size;
  readonly lastSeed: number | null;
  /** The picture on the stage. */
  readonly picture: ImageView | null;
  generate: (cover: Recipe['cover'] | undefined) => Promise<void>;
}

/** What the head-up display of a stage shows: what renders, and what failed last. */
export interface Work {
  readonly liveJob: Renders['current'];
  readonly renders: Pick<Renders, 'position' | 'current' | 'failed'>;
}
