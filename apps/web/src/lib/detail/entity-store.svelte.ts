import { ApiError } from '@gaze/client';
import type { CategoryName, EntityCard, EntityDetail, ImageView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { cardChanges } from '#lib/entity/card-changes.ts';
import { live } from '#lib/live/live.svelte.ts';
import { LastAsked } from '#lib/live/news.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

const calmMs = 150;

/** The entity of the page with its pictures, as the server has it right now. */
export class EntityStore {
  readonly category: CategoryName;
  readonly slug: string;
  value = $state.raw<EntityDetail | null>(null);
  error = $state.raw<unknown>(null);
  isGone = $derived(this.error instanceof ApiError && [400, 404, 422].includes(this.error.status));
  #timer: ReturnType<typeof setTimeout> | undefined;
  #questions = new LastAsked();
  /** Told to be renamed or deleted: that its library has changed says no more. */
  #hasLeft = false;
  /** Questions that are not answered yet: what the stream puts on the page now, their answers may not have. */
  #open = 0;
  #onload: (entity: EntityDetail) => void;

  constructor(of: { category: CategoryName; slug: string }, onload: (entity: EntityDetail) => void) {
    this.category = of.category;
    this.slug = of.slug;
    this.#onload = onload;
  }

  /** Loads and follows; gives back the way out. */
  watch(): () => void {
    const first = this.load();
    let isFollowed = true;
    const ends = [
      cardChanges.on((card) => this.#takeCard(card)),
      live.on('entity.changed', ({ entity }) => {
        if (!this.#isMine(entity)) return;
        this.#hasLeft = false;
        this.#loadSoon();
      }),
      live.on('library.changed', ({ category }) => {
        if (category === this.category && !this.#hasLeft) this.#loadSoon();
      }),
      live.on('entity.removed', (event) => this.#isMine(event) && this.#leave()),
      live.on('image.created', ({ image }) => this.#addImage(image)),
      live.on('image.changed', ({ image }) => this.#changeImage(image)),
      live.onReset(() => {
        // what was not there a moment ago, before the socket stood, is not asked for again
        if (live.hasBegun) this.#loadSoon();
        // at once: later, it would run into what is done on the page meanwhile
        else void first.then(() => (!this.isGone && isFollowed ? this.load() : undefined));
      }),
    ];
    return () => {
      isFollowed = false;
      clearTimeout(this.#timer);
      for (const end of ends) end();
    };
  }

  load = async (): Promise<void> => {
    const isLast = this.#questions.begin();
    this.#open += 1;
    try {
      const entity = await api.entities.get(this.category, this.slug);
      if (!isLast()) return;
      this.value = entity;
      this.error = null;
      this.#onload(entity);
    } catch (error) {
      if (!isLast()) return;
      this.error = error;
      if (this.isGone) this.value = null;
    } finally {
      this.#open -= 1;
    }
  };

  /** It is gone, and nobody has to be asked for it; where it comes back, an event tells. */
  #leave(): void {
    this.#hasLeft = true;
    clearTimeout(this.#timer);
    // an answer that is still on its way is older
    this.#questions.begin();
    this.value = null;
    this.error = new ApiError({
      ...{ type: 'about:blank', title: 'Gone', status: 404, code: 'not_found' },
      detail: 'It was renamed or deleted.',
    });
  }

  /** Puts an outfit on: at once on the page, and off again where the server refuses. */
  async wear(outfit: string): Promise<void> {
    const before = this.value?.active_outfit ?? null;
    if (this.value === null || before === outfit) return;
    this.value = { ...this.value, active_outfit: outfit };
    try {
      await api.entities.wearOutfit(this.category, this.slug, outfit);
    } catch (error) {
      this.value = { ...this.value, active_outfit: before };
      toasts.failed(`${outfit} was not put on`, error);
    }
  }

  async saveDefaults(fields: readonly string[]): Promise<void> {
    const entity = this.value;
    if (entity === null) return;
    this.value = { ...entity, default_fields: [...fields] };
    try {
      await api.entities.saveDefaults(this.category, this.slug, fields);
      toasts.show({ title: `${entity.name} starts with these fields from now on` });
    } catch (error) {
      this.value = { ...this.value, default_fields: entity.default_fields };
      toasts.failed('The default fields were not saved', error);
    }
  }

  #isMine(of: { category: string; slug: string } | null): boolean {
    return of?.category === this.category && of.slug === this.slug;
  }

  #takeCard(card: EntityCard): void {
    if (this.value !== null && this.#isMine(card)) this.value = { ...this.value, ...card };
  }

  #addImage(image: ImageView): void {
    const entity = this.value;
    if (!this.#isMine(image.owner)) return;
    this.#askAgain();
    if (entity === null || entity.images.some(({ id }) => id === image.id)) return;
    this.value = { ...entity, images: [image, ...entity.images], image_count: entity.image_count + 1 };
  }

  #changeImage(image: ImageView): void {
    const entity = this.value;
    if (this.#isMine(image.owner)) this.#askAgain();
    if (entity?.images.some(({ id }) => id === image.id) !== true) return;
    this.value = { ...entity, images: entity.images.map((other) => (other.id === image.id ? image : other)) };
  }

  #askAgain(): void {
    if (this.#open > 0) this.#loadSoon();
  }

  /** One edit of a file comes as several events. */
  #loadSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), calmMs);
  }
}
