import { buildClient } from '@gaze/client';

/** The one client of the app: its own origin, the session cookie. */
export const api = buildClient({ baseUrl: '' });
