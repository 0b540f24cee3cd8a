import type { BestWeight, CategoryName, JobView, SweepInput, SweepPicture, SweepView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { newRequestKey } from '#lib/api/request-key.ts';
import { EntityStore } from '#lib/detail/entity-store.svelte.ts';
import { live } from '#lib/live/live.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { loraFacts, undoPatch } from './lora-facts.ts';

/** The sweeps of one entity, live, and what may be done with them. */
export class Sweeps {
  readonly category: CategoryName;
  readonly slug: string;
  readonly entity: EntityStore;
  list = $state.raw<readonly SweepView[] | null>(null);
  error = $state.raw<unknown>(null);
  isStarting = $state(false);
  isSaving = $state(false);
  /** Changes that came while the list was asked for: they are newer than the answer. */
  #since: JobView[] = [];

  constructor(category: CategoryName, slug: string) {
    this.category = category;
    this.slug = slug;
    this.entity = new EntityStore({ category, slug }, () => undefined);
  }

  watch(): () => void {
    void this.load();
    const ends = [
      this.entity.watch(),
      live.on('job.changed', ({ job }) => this.#take(job)),
      live.on('image.removed', ({ image_id }) => this.#forget(image_id)),
      live.on('image.many', () => void this.load()),
      live.onReset(() => void this.load()),
    ];
    return () => ends.forEach((end) => end());
  }

  async load(): Promise<void> {
    this.#since = [];
    try {
      const { sweeps } = await api.strengths.list(this.category, this.slug);
      this.list = sweeps;
      this.error = null;
      for (const job of this.#since) this.#take(job);
    } catch (error) {
      this.error = error;
    }
  }

  #take(job: JobView): void {
    this.#since.push(job);
    this.#change(
      (one) => one.job_id === job.id,
      (one) => ({
        ...one,
        status: job.status,
        reason: job.error?.message ?? job.reason,
        image: job.images[0] ?? one.image,
      }),
    );
  }

  #forget(imageId: string): void {
    if (this.list?.some(({ pictures }) => pictures.some(({ image }) => image?.id === imageId)) === true)
      void this.load();
  }

  #change(which: (one: SweepPicture) => boolean, change: (one: SweepPicture) => SweepPicture): void {
    if (!this.list?.some(({ pictures }) => pictures.some(which))) return;
    this.list = this.list.map((sweep) =>
      sweep.pictures.some(which)
        ? { ...sweep, pictures: sweep.pictures.map((one) => (which(one) ? change(one) : one)) }
        : sweep,
    );
  }

  /** Answers the new sweep's id, or the error where it is refused, so that the form shows it. */
  async start(input: SweepInput): Promise<{ id: string } | { error: unknown }> {
    this.isStarting = true;
    try {
      const { sweep, notes } = await api.strengths.start(this.category, this.slug, input, {
        idempotencyKey: newRequestKey(),
      });
      this.list = [sweep, ...(this.list ?? []).filter(({ id }) => id !== sweep.id)];
      for (const note of notes) toasts.show({ title: note });
      return { id: sweep.id };
    } catch (error) {
      return { error };
    } finally {
      this.isStarting = false;
    }
  }

  async cancel(sweep: SweepView): Promise<void> {
    try {
      for (const job of (await api.jobs.cancelMany({ batch_id: sweep.id })).jobs) this.#take(job);
    } catch (error) {
      toasts.failed('The sweep was not cancelled', error);
    }
  }

  async saveBest(best: BestWeight): Promise<void> {
    const before = this.entity.value;
    if (before === null) return;
    this.isSaving = true;
    try {
      const { entity } = await api.strengths.saveBest(this.category, this.slug, best, {
        revision: before.revision,
      });
      this.entity.value = entity;
      const facts = loraFacts(entity.data);
      toasts.show({
        title: `${entity.name} ${facts?.says ?? ''}`,
        action: { label: 'Undo', run: () => void this.#undo(before.data) },
      });
    } catch (error) {
      toasts.failed('The weight was not saved', error);
    }
    this.isSaving = false;
  }

  async #undo(data: Record<string, unknown>): Promise<void> {
    try {
      const { entity } = await api.editing.patch(this.category, this.slug, undoPatch(data));
      this.entity.value = entity;
    } catch (error) {
      toasts.failed('The weight was not put back', error);
    }
  }
}
