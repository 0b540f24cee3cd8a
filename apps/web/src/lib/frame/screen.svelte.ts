import { MediaQuery } from 'svelte/reactivity';

/** The widths at which the frame changes; the style sheets name the same ones. */
export const phone = new MediaQuery('max-width: 720px');
export const narrow = new MediaQuery('max-width: 1080px');
