import type { IncomingHttpHeaders } from 'node:http';
import type { Profile } from '../options.ts';

/** Whether a browser page from elsewhere asks: a loopback host refuses it, and NEW refuses every cross-site request. */
export function isForeign(headers: IncomingHttpHeaders, profile: Profile): boolean {
  if (profile === 'NEW' && headers['sec-fetch-site'] === 'cross-site') return true;
  const { host, origin } = headers;
  if (origin === undefined || host === undefined || !isLoopback(host)) return false;
  const from = hostOf(origin);
  return from !== '' && from !== host.toLowerCase();
}

function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || name.startsWith('127.');
}

/** Empty for `null`, which passes there. */
function hostOf(origin: string): string {
  try {
    return new URL(origin).host;
  } catch {
    return '';
  }
}
