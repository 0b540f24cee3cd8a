import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const algorithm = 'aes-256-gcm';
const prefix = 'v1.';
const ivBytes = 12;
const tagBytes = 16;

/**
 * Reads the key file that catalog and llm-worker share: 32 bytes in base64.
 * @throws Error that names the file where it is missing or holds something else
 */
export async function readKeyFile(file: string): Promise<Buffer> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`The key file ${file} cannot be read.`, { cause });
  });
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== 32) throw new Error(`The key file ${file} does not hold 32 bytes in base64.`);
  return key;
}

/** A secret as it may cross the bus and lie in a database: `v1.` and base64url of nonce, tag and cipher text. */
export function seal(secret: string, key: Buffer): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes });
  const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return prefix + Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
}

/** The secret again. @throws Error where it was sealed with another key, or changed on its way */
export function unseal(sealed: string, key: Buffer): string {
  const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
  if (!sealed.startsWith(prefix) || bytes.length < ivBytes + tagBytes)
    throw new Error('A sealed secret is not in the form of this version.');
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw new Error('A sealed secret cannot be opened with the key of this installation.', { cause });
  }
}
