import { untrack } from 'svelte';
import { page } from '$app/state';
import { phone } from '#lib/frame/screen.svelte.ts';
import { jobs } from '#lib/live/jobs.svelte.ts';

const key = 'gaze.tray';
/** How long the last picture is to be seen before the tray goes. */
const lingerMs = 8000;

/** Pages with the Generate panel at the bottom right: there the tray hangs from the bar, over nothing that renders. */
const panelRoutes: readonly (string | null)[] = ['/[category]/[slug]', '/generator'];

/** Pages that show the work themselves, or whose right side it would cover: there the tray opens on request only. */
const busyRoutes: readonly (string | null)[] = ['/queue', '/gallery', '/gallery/compare', ...panelRoutes];

/**
 * Whether the tray is open. `auto` opens it while there is work, save on the busy pages and on phones, where it is one
 * line then. A tray that was closed stays closed, in later visits too; one that was asked for is asked for on its page.
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
        !busyRoutes.includes(page.route.id)),
  );
  isMini = $derived(phone.current && !this.isOpen && page.route.id !== '/[category]/[slug]');

  isHung = $derived(!phone.current && panelRoutes.includes(page.route.id));

  constructor() {
    $effect.root(() => {
      let at = page.url.pathname;
      $effect(() => {
        if (page.url.pathname === at) return;
        at = page.url.pathname;
        if (untrack(() => this.#mode) === 'open') this.#mode = 'auto';
      });
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
