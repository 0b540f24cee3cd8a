import { createHmac } from 'node:crypto';
import { sameSecret } from './secrets.ts';

const shape = /^(\d{13})-([A-Za-z0-9_-]{16,64})\.([A-Za-z0-9_-]{43})$/;

const signature = (secret: string, claim: string): string =>
  createHmac('sha256', secret).update(`link ${claim}`).digest('base64url');

/**
 * A further one-time token of a local start: whoever can read the secret of that start may let a further browser in.
 * @param untilMs the moment, as a date in milliseconds, after which it counts no more
 * @param nonce what no other link of that moment has
 */
export function linkToken(secret: string, untilMs: number, nonce: string): string {
  const claim = `${untilMs}-${nonce}`;
  return `${claim}.${signature(secret, claim)}`;
}

/** Whether a token was made with the secret and still counts. That it is used once alone is the catalog's to know. */
export function isLinkToken(secret: string, token: string, nowMs: number): boolean {
  const [, until, nonce, signed = ''] = shape.exec(token) ?? [];
  if (until === undefined || nonce === undefined) return false;
  return sameSecret(signed, signature(secret, `${until}-${nonce}`)) && Number(until) > nowMs;
}
