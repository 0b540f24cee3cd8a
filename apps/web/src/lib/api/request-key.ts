/**
 * A fresh `Idempotency-Key`. Not `crypto.randomUUID`: browsers have that on HTTPS and loopback only, and at home GAZE
 * is often opened by plain HTTP from another device.
 */
export function newRequestKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
