import type { CategoryName, EntityDetail, ImageView, Recipe } from '@gaze/contracts';
import { RANDOM } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { Companions } from '#lib/detail/companions.svelte.ts';
import { Composition } from '#lib/detail/composition.svelte.ts';
import type { Desk } from '#lib/detail/desk.ts';
import { Highlight } from '#lib/detail/highlight.svelte.ts';
import { Submit } from '#lib/detail/submit.svelte.ts';
import { Surroundings } from '#lib/detail/surroundings.svelte.ts';
import { settings } from '#lib/live/settings.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import type { ChosenPart, GeneratorChoice, PartName } from './choice.ts';
import { isPlain, partsOf, plainChoice, withParts } from './choice.ts';
import { dresses } from './part-fields.ts';
import { partNames, recipeOfChoice } from './recipe.ts';
import { GeneratorRenders } from './renders.svelte.ts';
import { keepChoice, readChoice } from './saved.ts';

/** Everything that the generator knows and does. */
export class GeneratorPage implements Desk {
  readonly declaration: Desk['declaration'] = {
    generation: { kind: 'part', background: false, cover: 'keep', randomCharacter: false },
  };
  readonly companions = new Companions();
  readonly surroundings = new Surroundings();
  readonly submit = new Submit();
  readonly renders = new GeneratorRenders();
  readonly wrongFields = new Map<string, () => void>();
  readonly highlight = new Highlight(() => this.composition.marks);
  readonly composition: Composition;
  readonly choice = { change: (patch: Partial<GeneratorChoice>): void => this.#change(patch) };
  readonly preset = null;

  selection = $state.raw<GeneratorChoice>(readChoice());
  /** Where the choice came from and what of it could not be matched; null: nothing to say. */
  note = $state.raw<{ title: string; lines: readonly string[] } | null>(null);
  /** The next whole composition is what changes are measured against: something else was opened. */
  isAnew = $state(false);
  /** The stage follows the work as long as nobody picks a picture. */
  isLive = $state(true);
  #picked = $state<string | null>(null);

  recipe = $derived.by<Recipe>(() => recipeOfChoice(this.selection));
  checkpoint = $derived.by(() => this.selection.checkpoint);
  /** Another chosen entry takes the place of the character's wardrobe. */
  isDressed = $derived.by(() =>
    dresses(partNames.filter((name) => partsOf(this.selection, name).length > 0)),
  );
  wanted = $derived.by(() =>
    partNames.flatMap((name) =>
      partsOf(this.selection, name)
        .filter(({ slug }) => slug !== RANDOM)
        .map(({ slug }) => ({ category: name as CategoryName, slug })),
    ),
  );
  /** Newest first; what is hidden by the settings is left out. */
  images = $derived.by(() =>
    this.renders.images.filter((image) => settings.nsfw !== 'hide' || !image.is_nsfw),
  );
  picture = $derived.by<ImageView | null>(
    () => this.images.find(({ id }) => id === this.#picked) ?? this.images[0] ?? null,
  );
  liveJob = $derived.by(() => (this.isLive ? this.renders.current : undefined));
  size = $derived.by(() => ({
    width: this.selection.width ?? this.surroundings.value?.template.width ?? 832,
    height: this.selection.height ?? this.surroundings.value?.template.height ?? 1216,
  }));
  lastSeed = $derived.by(() => this.images.find((image) => image.seed !== null)?.seed ?? null);
  isEmpty = $derived.by(() => isPlain(this.selection));

  constructor() {
    this.isAnew = !isPlain(this.selection);
    this.composition = new Composition(() => ({
      recipe: this.recipe,
      entities: this.companions.list,
      surroundings: this.surroundings.value,
      sections: [],
      owner: null,
    }));
  }

  /** Loads and follows everything; gives back the way out. */
  watch(): () => void {
    const ends = [this.companions.watch(), this.surroundings.watch(), this.renders.watch()];
    return () => {
      for (const end of ends) end();
    };
  }

  parts(name: PartName): readonly ChosenPart[] {
    return partsOf(this.selection, name);
  }

  setParts(name: PartName, parts: readonly ChosenPart[]): void {
    this.#change(withParts(this.selection, name, parts));
  }

  entity(name: CategoryName, slug: string): EntityDetail | undefined {
    return this.companions.get({ category: name, slug });
  }

  /** Takes a whole choice over; the toast leads back to the one before. */
  open(choice: GeneratorChoice, title: string, lines: readonly string[] = []): void {
    const before = this.selection;
    const beforeNote = this.note;
    this.#change({ ...choice, open: before.open, lane: before.lane, count: before.count });
    this.note = lines.length === 0 ? null : { title, lines };
    this.composition.last = null;
    this.isAnew = !isPlain(choice);
    toasts.show({
      title,
      ...(isPlain(before)
        ? {}
        : {
            action: {
              label: 'Undo',
              run: () => {
                this.#change(before);
                this.note = beforeNote;
              },
            },
          }),
    });
  }

  clear(): void {
    this.open(plainChoice, 'The generator is empty');
  }

  async generate(): Promise<void> {
    const wrong = this.wrongFields.values().next().value;
    if (wrong !== undefined) {
      // What stands in red was never taken over: rendering something else would be worse than not rendering.
      wrong();
      return;
    }
    const { count, lane } = this.selection;
    const input = { recipe: this.recipe, count, lane };
    const reply = await this.submit.send('The mix', input, (options) => api.jobs.submit(input, options));
    if (reply === null) return;
    this.renders.submitted(reply.batch_id, reply.jobs);
    this.composition.settle(null);
    this.isLive = true;
    this.#picked = null;
  }

  show(image: ImageView): void {
    this.isLive = false;
    this.#picked = image.id;
  }

  follow(): void {
    this.isLive = true;
    this.#picked = null;
  }

  /** The picture before or after the one on the stage. */
  step(by: number): void {
    const at = this.picture === null ? -1 : this.images.indexOf(this.picture);
    const next = this.images[at + by];
    if (next !== undefined) this.show(next);
  }

  /** Once everything that is chosen has arrived: an entry that is still on its way is no change. */
  settleOnce(): void {
    const unresolved = this.composition.preview?.unresolved;
    if (!this.isAnew || unresolved === undefined || unresolved.some(({ kind }) => kind === 'not_loaded'))
      return;
    this.isAnew = false;
    this.composition.settle(null);
  }

  #change(patch: Partial<GeneratorChoice>): void {
    this.selection = { ...this.selection, ...patch };
    keepChoice(this.selection);
  }
}
