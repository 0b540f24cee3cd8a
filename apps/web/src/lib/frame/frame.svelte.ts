import type { Snippet } from 'svelte';
import { keys } from './keys.svelte.ts';

/** What the frame shows of the page in it, and what of itself is open. */
class Frame {
  title = $state('');
  /** Beside the title: a count, a state. */
  note = $state('');
  /** Path before the title, for pages inside a category. */
  crumb = $state.raw<{ label: string; href: string } | null>(null);
  /** What a page puts into the bar of a phone, where its own row has no room for it. */
  action = $state.raw<Snippet | null>(null);
  paletteOpen = $state(false);
  keysOpen = $state(false);

  openPalette(): void {
    if (this.paletteOpen) return;
    // a quick hand types before it is there
    keys.typeAhead();
    this.paletteOpen = true;
  }
}

export const frame = new Frame();
