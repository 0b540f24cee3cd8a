import { ApiError, type CallOptions } from '@gaze/client';
import type { CategoryName, GenerateInput, SubmitReply } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { newRequestKey } from '#lib/api/request-key.ts';
import { troubleOf, type Trouble } from '#lib/api/trouble.ts';
import { jobs } from '#lib/live/jobs.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { problemPlace, type ProblemPlace } from './problem-place.ts';

/** Sends Generate, and keeps what the server said against it beside the field that is meant. */
export class Submit {
  isBusy = $state(false);
  refusal = $state.raw<{ place: ProblemPlace; trouble: Trouble } | null>(null);
  /** The same request gets the same key, so that a click after a lost answer queues nothing twice. */
  #unanswered: { body: string; key: string } | null = null;

  at(place: ProblemPlace): Trouble | null {
    return this.refusal?.place === place ? this.refusal.trouble : null;
  }

  /** Null: nothing was queued, and the page says why. */
  run(
    of: { category: CategoryName; slug: string; name: string },
    input: GenerateInput,
  ): Promise<SubmitReply | null> {
    return this.send(of.name, input, (options) =>
      api.entities.generate(of.category, of.slug, input, options),
    );
  }

  /**
   * The same for any request that queues pictures.
   * @param input equal inputs are the same request
   */
  async send(
    name: string,
    input: object,
    ask: (options: CallOptions) => Promise<SubmitReply>,
  ): Promise<SubmitReply | null> {
    if (this.isBusy) return null;
    this.isBusy = true;
    this.refusal = null;
    const body = JSON.stringify(input);
    const key = this.#unanswered?.body === body ? this.#unanswered.key : newRequestKey();
    this.#unanswered = { body, key };
    const asked = jobs.asked();
    try {
      const reply = await ask({ idempotencyKey: key });
      this.#unanswered = null;
      jobs.take(reply.jobs, asked);
      if (reply.notes.length > 0) toasts.show({ title: `${name} is queued`, text: reply.notes.join(' ') });
      return reply;
    } catch (error) {
      const field = error instanceof ApiError ? error.problem.field : undefined;
      if (error instanceof ApiError && !error.isOffline && error.status < 500) this.#unanswered = null;
      this.refusal = { place: problemPlace(field), trouble: troubleOf(error) };
      return null;
    } finally {
      this.isBusy = false;
    }
  }
}
