import { page } from '$app/state';
import { phone } from '#lib/frame/screen.svelte.ts';
import { jobs } from '#lib/live/jobs.svelte.ts';

const key = 'gaze.tray';
/** How long the last picture is to be seen before the tray goes. */
const lingerMs = 8000;

/**
 * Whether the tray is open. `auto` opens it while there is work, except on phones, where it is one line then, and on
 * the queue's own page. A tray that was closed stays closed, in later visits too.
 */
class Tray {
  #mode = $state<'auto' | 'open' | 'closed'>(localStorage.getItem(key) === 'closed' ? 'closed' : 'auto');
  #hasWork = $derived(jobs.open.length > 0 || jobs.failed.length > 0);
  #lingers = $state(false);
  isOpen = $derived(
    this.#mode === 'open' ||
      (this.#mode === 'auto' &&
        (this.#hasWork || this.#lingers) &&
        !phone.current &&
        (page.route.id as string | null) !== '/queue'),
  );
  isMini = $derived(
    phone.current && !this.isOpen && (page.route.id as string | null) !== '/[category]/[slug]',
  );

  constructor() {
    $effect.root(() => {
      $effect(() => {
        if (this.#hasWork) {
          this.#lingers = true;
          return;
        }
        const timer = setTimeout(() => (this.#lingers = false), lingerMs);
        return () => clearTimeout(timer);
      });
    });
  }

  toggle(): void {
    const closes = this.isOpen;
    this.#mode = closes ? (phone.current ? 'auto' : 'closed') : 'open';
    localStorage.setItem(key, closes && !phone.current ? 'closed' : 'auto');
  }
}

export const tray = new Tray();
