/** The gateway serves files only: the app renders in the browser and nowhere else. */
export const ssr = false;
export const prerender = false;
