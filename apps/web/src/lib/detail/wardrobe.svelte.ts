import type { EntityWritten } from '@gaze/contracts';
import { goto } from '$app/navigation';
import { api } from '#lib/api/client.ts';
import { entityHref } from '#lib/categories.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import type { DetailPage } from './detail-page.svelte.ts';
import { outfitLabel } from './outfits.ts';

/** A question about the wardrobe that is open. */
type WardrobeQuestion =
  | { kind: 'add'; copyOf: string | null }
  | { kind: 'library' }
  | { kind: 'rename'; outfit: string }
  | { kind: 'save'; outfit: string };

/**
 * Changes of a character's outfits. Each is one change of its file, so that each has its way back; what a refusal says
 * is for the dialog that asked, so these methods throw it.
 */
export class Wardrobe {
  readonly #detail: DetailPage;
  question = $state.raw<WardrobeQuestion | null>(null);

  constructor(detail: DetailPage) {
    this.#detail = detail;
  }

  ask(question: WardrobeQuestion): void {
    this.question = question;
  }

  close = (): void => {
    this.question = null;
  };

  /** Adds an outfit and puts it on. @throws ApiError */
  async add(name: string, from: { copyOf?: string | null; entity?: string } = {}): Promise<void> {
    const written = await api.outfits.add(this.#slug, {
      name,
      ...(from.copyOf ? { copy_of: from.copyOf } : {}),
      ...(from.entity === undefined ? {} : { from_entity: from.entity }),
    });
    this.#take(written);
    await this.#detail.store.wear(name);
    this.#tell(`${outfitLabel(name)} hangs in the wardrobe`, written);
  }

  /** @throws ApiError */
  async rename(outfit: string, name: string): Promise<void> {
    const written = await api.outfits.rename(this.#slug, outfit, name);
    this.#take(written);
    this.#tell(`${outfitLabel(outfit)} is ${name} now`, written);
  }

  async remove(outfit: string): Promise<void> {
    try {
      const written = await api.outfits.remove(this.#slug, outfit);
      this.#take(written);
      this.#tell(`${outfitLabel(outfit)} is deleted`, written, outfit);
    } catch (error) {
      toasts.failed(`${outfitLabel(outfit)} was not deleted`, error);
    }
  }

  /** Makes an entry of the outfits out of one; the character keeps its own. @throws ApiError */
  async saveAsEntity(outfit: string, name: string): Promise<void> {
    const { entity } = await api.outfits.saveAsEntity(this.#slug, outfit, { name });
    toasts.show({
      title: `${entity.name} is among the outfits`,
      text: 'Every character can wear it now.',
      action: { label: 'Open', run: () => void goto(entityHref(entity)) },
    });
  }

  get #slug(): string {
    return this.#detail.of.slug;
  }

  #take({ entity }: EntityWritten): void {
    this.#detail.store.value = entity;
  }

  /** The way back is the file as it was before. */
  #tell(title: string, { entity }: EntityWritten, wornAgain?: string): void {
    toasts.show({
      title,
      action: { label: 'Undo', run: () => void this.#undo(entity.revision, wornAgain) },
    });
  }

  async #undo(revision: string, wornAgain: string | undefined): Promise<void> {
    try {
      const { items } = await api.editing.revisions('characters', this.#slug, { limit: 10 });
      const made = items.find((one) => one.after === revision && one.state === 'done');
      if (made === undefined) throw new Error('The change is not in the history any more.');
      this.#take(await api.editing.revert('characters', this.#slug, made.id, 'before', { revision }));
      if (wornAgain !== undefined) await this.#detail.store.wear(wornAgain);
    } catch (error) {
      toasts.failed('The wardrobe stays as it is', error);
    }
  }
}
