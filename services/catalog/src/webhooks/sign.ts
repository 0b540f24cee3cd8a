import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';
const secretBytes = 32;

/** A secret as receivers' libraries take it: `whsec_` and base64. */
export const newSecret = (): string => prefix + randomBytes(secretBytes).toString('base64');

/**
 * The headers of a delivery by the Standard Webhooks specification, so that any of its libraries checks them: the
 * HMAC-SHA-256 of `<id>.<seconds since 1970>.<body>`.
 *
 * @param secret as `newSecret` made it
 */
export function signedHeaders(
  secret: string,
  delivery: { id: string; seconds: number; body: string },
): Record<string, string> {
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const { id, seconds, body } = delivery;
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'user-agent': 'GAZE-Webhooks',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
}
