/** Cookies are not kept apart by port, so two houses on one machine need two names. */
export const sessionCookieName = (config: { local: boolean; port: number }): string =>
  config.local ? `gaze_session_${config.port}` : 'gaze_session';

export interface CookieOptions {
  path: '/';
  httpOnly: true;
  sameSite: 'strict';
  secure: boolean;
  maxAge: number;
}

/** Strict is enough: the page itself is public, and its own requests are same-site wherever the visitor came from. */
export const sessionCookie = (days: number, secure: boolean): CookieOptions => ({
  path: '/',
  httpOnly: true,
  sameSite: 'strict',
  secure,
  maxAge: days * 24 * 60 * 60,
});

/** The value of one cookie of a raw header, for requests that never meet Fastify (the socket's upgrade). */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
