import { connectEvents, type EventConnection } from '@gaze/client';
import type { GazeEvent, GazeEventType, Progress } from '@gaze/contracts';

type EventOf<T extends GazeEventType> = Extract<GazeEvent, { type: T }>;
type Handler<T extends GazeEventType> = (event: EventOf<T>) => void;
/** As kept: the key of the map says which event it takes. */
type AnyHandler = (event: GazeEvent) => void;
export interface Preview {
  job_id: string;
  mime: string;
  data: string;
}

/** How long the stores wait for the socket before they load without it. */
const patienceMs = 1500;
/** A connection that comes back sooner is not worth a banner. */
const bannerAfterMs = 1500;

/**
 * The socket: one per tab. Stores and pages subscribe here. `isOffline` is what the banner shows; a reset means
 * that events were missed, so everybody loads again what they show.
 */
class Live {
  isOffline = $state(false);
  /** Whether stores were told to load already: from then on a reset means that events were missed. */
  hasBegun = false;
  #handlers = new Map<GazeEventType, Set<AnyHandler>>();
  #resets = new Set<() => void>();
  #progress = new Set<(progress: Progress) => void>();
  #previews = new Set<(preview: Preview) => void>();
  #connection: EventConnection | undefined;
  #offlineTimer: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    if (this.#connection) return;
    const impatient = setTimeout(() => this.#reset(), patienceMs);
    this.#connection = connectEvents({
      baseUrl: '',
      onReady: () => {
        clearTimeout(impatient);
        this.#reset();
      },
      onReset: () => this.#reset(),
      onEvent: (event) => this.#handlers.get(event.type)?.forEach((handler) => handler(event)),
      onProgress: (progress) => this.#progress.forEach((handler) => handler(progress)),
      onPreview: (preview) => this.#previews.forEach((handler) => handler(preview)),
      onState: (state) => {
        clearTimeout(this.#offlineTimer);
        if (state === 'offline')
          this.#offlineTimer = setTimeout(() => (this.isOffline = true), bannerAfterMs);
        else if (state === 'online') this.isOffline = false;
      },
    });
  }

  stop(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  reconnectNow(): void {
    this.#connection?.reconnectNow();
  }

  /** Subscribes to one type of event; gives back the way out, so `$effect(() => live.on(…))` cleans up by itself. */
  on<T extends GazeEventType>(type: T, handler: Handler<T>): () => void {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers);
    const kept = handler as AnyHandler;
    handlers.add(kept);
    return () => void handlers.delete(kept);
  }

  /** Called when the first connection stands and whenever events were missed: the time to load. */
  onReset(handler: () => void): () => void {
    this.#resets.add(handler);
    return () => void this.#resets.delete(handler);
  }

  onProgress(handler: (progress: Progress) => void): () => void {
    this.#progress.add(handler);
    return () => void this.#progress.delete(handler);
  }

  onPreview(handler: (preview: Preview) => void): () => void {
    this.#previews.add(handler);
    return () => void this.#previews.delete(handler);
  }

  #reset(): void {
    for (const handler of this.#resets) handler();
    this.hasBegun = true;
  }
}

export const live = new Live();
