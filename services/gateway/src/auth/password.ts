import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);
/** OWASP's second recommended setting for argon2id: 19 MiB, two passes. */
const cost = { parallelism: 1, tagLength: 32, memory: 19 * 1024, passes: 2 };
const shape = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

let turn: Promise<unknown> = Promise.resolve();

/** One derivation at a time: its memory is its price, and many guesses at once must not multiply it. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = turn.then(work);
  turn = done.catch(() => undefined);
  return done;
}

/** What is stored of a password, in the usual text form of argon2id. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await inTurn(() => derive('argon2id', { message: password, nonce, ...cost }));
  const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(nonce)}$${text(tag)}`;
}

/** Whether a hash that was stored before is that of a password. False for a hash in another form. */
export async function isPasswordOf(hash: string, password: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', stored = ''] = shape.exec(hash) ?? [];
  if (memory === undefined) return false;
  const expected = Buffer.from(stored, 'base64');
  const tag = await inTurn(() =>
    derive('argon2id', {
      ...{ message: password, nonce: Buffer.from(salt, 'base64'), tagLength: expected.length },
      ...{ memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    }),
  );
  return timingSafeEqual(tag, expected);
}
