import type { CategoryDeclaration, CategoryName, EntityDetail, ImageView, Recipe } from '@gaze/contracts';
import { categories, RANDOM } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { settings } from '#lib/live/settings.svelte.ts';
import { Choice } from './choice.svelte.ts';
import { Companions } from './companions.svelte.ts';
import { Composition } from './composition.svelte.ts';
import { asServerSays } from './domain-trouble.ts';
import { EntityStore } from './entity-store.svelte.ts';
import { declaredFields, fieldsInPrompt } from './fields.ts';
import { Highlight } from './highlight.svelte.ts';
import { lastRenderOf, type LastRender } from './last-render.ts';
import { presetFacts, type PresetFacts } from './preset-parts.ts';
import { readEntity } from './read-entity.ts';
import { generateInput, recipeOf } from './recipe.ts';
import { Renders } from './renders.svelte.ts';
import { Submit } from './submit.svelte.ts';
import { Surroundings } from './surroundings.svelte.ts';
import { lookCharacter, wantedRefs } from './wanted.ts';

/** Everything that the page of one entity knows and does. */
export class DetailPage {
  readonly declaration: CategoryDeclaration;
  readonly declared: readonly string[];
  readonly choice: Choice;
  readonly store: EntityStore;
  readonly renders: Renders;
  readonly companions = new Companions();
  readonly surroundings = new Surroundings();
  readonly submit = new Submit();
  readonly highlight = new Highlight(() => this.composition.marks);
  readonly composition: Composition;

  /** The stage follows the work as long as nobody picks a picture. */
  isLive = $state(true);

  readonly of: { category: CategoryName; slug: string };

  entity = $derived.by<EntityDetail | null>(() => this.store.value);
  selection = $derived.by(() => this.choice.value);
  /** A file with faulty data: its sections cannot be told. */
  #read = $derived.by(() => readEntity(this.declaration, this.entity));
  outfit = $derived(this.#read.outfit);
  outfits = $derived(this.#read.outfits);
  sections = $derived(this.#read.sections);
  fault = $derived(asServerSays(this.#read.fault));
  populated = $derived(this.sections.flatMap((section) => section.fields.map((field) => field.address)));
  defaults = $derived(this.#inPrompt(null));
  inPrompt = $derived(this.#inPrompt(this.selection.fields));
  /** The fields of the last render; null: nothing to compare with. */
  before = $derived.by(() => {
    const last = this.composition.last;
    return last?.fields === undefined ? null : this.#inPrompt(last.fields);
  });
  preset = $derived.by<PresetFacts | null>(() => this.#presetFacts());
  recipe = $derived.by<Recipe | null>(() =>
    this.entity === null || !this.choice.isRestored
      ? null
      : recipeOf(this.of, this.declaration, this.selection, this.outfit),
  );
  /** Of the recipe, else of the preset; null: the default one. */
  checkpoint = $derived.by(() => {
    if (this.declaration.generation.kind === 'checkpoint') return this.of.slug;
    const wanted = this.selection.checkpoint ?? this.preset?.checkpoint ?? null;
    return wanted === RANDOM ? null : wanted;
  });
  wanted = $derived.by(() => wantedRefs(this.entity, this.selection, this.preset));
  lookCharacter = $derived(lookCharacter(this.entity));
  /** Newest first; what is hidden by the settings is left out. */
  images = $derived.by(() =>
    (this.entity?.images ?? []).filter((image) => settings.nsfw !== 'hide' || !image.is_nsfw),
  );
  picture = $derived(this.images.find((image) => image.id === this.selection.picture) ?? null);
  liveJob = $derived.by(() => (this.isLive ? this.renders.current : undefined));
  size = $derived.by(() => ({
    width: this.selection.width ?? this.preset?.width ?? this.surroundings.value?.template.width ?? 832,
    height: this.selection.height ?? this.preset?.height ?? this.surroundings.value?.template.height ?? 1216,
  }));
  lastSeed = $derived.by(() => this.images.find((image) => image.seed !== null)?.seed ?? null);

  constructor(of: { category: CategoryName; slug: string }) {
    this.of = of;
    this.declaration = categories[of.category];
    this.declared = declaredFields(this.declaration);
    this.choice = new Choice(of);
    this.store = new EntityStore(of, (entity) => this.choice.restore(entity.state));
    this.renders = new Renders(of);
    this.composition = new Composition(() => ({
      recipe: this.recipe,
      entities: this.entity === null ? [] : [this.entity, ...this.companions.list],
      surroundings: this.surroundings.value,
      sections: this.sections,
      owner: this.entity,
    }));
  }

  /** Loads and follows everything; gives back the way out. */
  watch(): () => void {
    const ends = [
      this.store.watch(),
      this.companions.watch(),
      this.surroundings.watch(),
      live.on('image.created', ({ image }) => this.#onImage(image)),
    ];
    return () => {
      this.choice.flush();
      for (const end of ends) end();
    };
  }

  /** What to compare with at first: the page as it was opened, then the newest picture where its record tells. */
  async findLastRender(): Promise<void> {
    this.composition.settle(this.selection.fields);
    const opened = this.composition.last;
    const newest = this.entity?.images[0];
    const found = newest === undefined ? null : await this.#lastRender(newest.id);
    if (found !== null && this.composition.last === opened) this.composition.last = found;
  }

  /** Fields whose text cannot be, by name, each with what brings the person there. */
  readonly wrongFields = new Map<string, () => void>();

  async generate(cover: Recipe['cover'] | undefined): Promise<void> {
    const { entity, recipe, selection } = this;
    if (entity === null || recipe === null) return;
    const wrong = this.wrongFields.values().next().value;
    if (wrong !== undefined) {
      // What stands in red was never taken over: rendering something else would be worse than not rendering.
      wrong();
      return;
    }
    const reply = await this.submit.run(entity, generateInput(recipe, selection.count, cover));
    if (reply === null) return;
    this.renders.submitted(reply.batch_id, reply.jobs);
    this.composition.settle(selection.fields);
    this.isLive = true;
  }

  show(image: ImageView | null): void {
    this.isLive = false;
    this.choice.change({ picture: image?.id ?? null });
  }

  follow(): void {
    this.isLive = true;
  }

  /** The picture before or after the one on the stage. */
  step(by: number): void {
    const at = this.picture === null ? -1 : this.images.indexOf(this.picture);
    const next = this.images[at + by];
    if (next !== undefined) this.show(next);
    else if (at + by === -1) this.show(null);
  }

  #onImage(image: ImageView): void {
    if (image.owner?.category !== this.of.category || image.owner.slug !== this.of.slug) return;
    if (this.isLive) this.choice.change({ picture: image.id });
    if (!this.renders.isOwn(image.job_id)) void this.#compareWith(image.id);
  }

  async #compareWith(imageId: string): Promise<void> {
    const found = await this.#lastRender(imageId);
    if (found !== null) this.composition.last = found;
  }

  async #lastRender(imageId: string): Promise<LastRender | null> {
    try {
      return lastRenderOf(await api.images.get(imageId), this.of);
    } catch {
      return null;
    }
  }

  #inPrompt(chosen: readonly string[] | null): ReadonlySet<string> {
    return fieldsInPrompt(chosen, this.entity?.default_fields ?? [], this.declared);
  }

  #presetFacts(): PresetFacts | null {
    if (this.entity === null || this.declaration.generation.kind !== 'preset') return null;
    try {
      return presetFacts(this.entity);
    } catch {
      // the composition meets the same fault and tells it
      return null;
    }
  }
}
