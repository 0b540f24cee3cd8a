import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What is stored and sent on instead of a secret: hex of its SHA-256. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** 256 random bits in characters that fit a cookie. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Compares without telling by its duration where the two differ. */
export function sameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
