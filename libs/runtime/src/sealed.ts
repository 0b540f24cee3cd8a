import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const algorithm = 'aes-256-gcm';
const prefix = 'v1.';
const publicPrefix = 'v2.';
const ivBytes = 12;
const tagBytes = 16;
/** An X25519 public key in DER. */
const spkiBytes = 44;
/** What stands before the 32 bytes of an X25519 private key in DER. */
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex');

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
  return prefix + encrypt(secret, key).toString('base64url');
}

/** The secret again, whichever way it was sealed. @throws Error where it was sealed with another key, or changed on its way */
export function unseal(sealed: string, key: Buffer): string {
  if (sealed.startsWith(publicPrefix)) return unsealPublic(sealed, key);
  if (!sealed.startsWith(prefix)) throw strangeForm();
  return decrypt(Buffer.from(sealed.slice(prefix.length), 'base64url'), key);
}

/** The public half of a key file: whoever has it can seal, and only the holders of the file can open. base64url of DER. */
export function sealingKey(key: Buffer): string {
  return spki(createPublicKey(privateHalf(key))).toString('base64url');
}

/**
 * Seals for the holders of a key file without having it: `v2.` and base64url of a one-time public key and what `seal`
 * makes with the secret that both sides can compute.
 * @param publicKey what `sealingKey` gave
 */
export function sealFor(publicKey: string, secret: string): string {
  const receiver = readPublic(Buffer.from(publicKey, 'base64url'));
  const once = generateKeyPairSync('x25519');
  const mine = spki(once.publicKey);
  const shared = diffieHellman({ privateKey: once.privateKey, publicKey: receiver });
  return publicPrefix + Buffer.concat([mine, encrypt(secret, derived(shared, mine))]).toString('base64url');
}

function unsealPublic(sealed: string, key: Buffer): string {
  const bytes = Buffer.from(sealed.slice(publicPrefix.length), 'base64url');
  if (bytes.length < spkiBytes + ivBytes + tagBytes) throw strangeForm();
  const sender = bytes.subarray(0, spkiBytes);
  let shared: Buffer;
  try {
    shared = diffieHellman({ privateKey: privateHalf(key), publicKey: readPublic(sender) });
  } catch (cause) {
    throw cannotOpen(cause);
  }
  return decrypt(bytes.subarray(spkiBytes), derived(shared, sender));
}

function encrypt(secret: string, key: Buffer): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes });
  const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function decrypt(bytes: Buffer, key: Buffer): string {
  if (bytes.length < ivBytes + tagBytes) throw strangeForm();
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw cannotOpen(cause);
  }
}

/** The key file's bytes are for one use: the pair's private half is derived from them, and says nothing of them. */
function privateHalf(key: Buffer): KeyObject {
  const raw = Buffer.from(hkdfSync('sha256', key, '', 'gaze x25519', 32));
  return createPrivateKey({ key: Buffer.concat([pkcs8Head, raw]), format: 'der', type: 'pkcs8' });
}

const readPublic = (der: Buffer): KeyObject => createPublicKey({ key: der, format: 'der', type: 'spki' });
const spki = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });
const derived = (shared: Buffer, sender: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', shared, sender, 'gaze sealed', 32));

const strangeForm = (): Error => new Error('A sealed secret is not in the form of this version.');
const cannotOpen = (cause: unknown): Error =>
  new Error('A sealed secret cannot be opened with the key of this installation.', { cause });
