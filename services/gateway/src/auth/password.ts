import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);
/** OWASP's second recommended setting for argon2id: 19 MiB, two passes. */
const cost = { parallelism: 1, tagLength: 32, memory: 19 * 1024, passes: 2 };

/** Checks a password against the one of the environment. One derivation at a time: its memory is its price. */
export function buildPasswordCheck(password: string): (given: string) => Promise<boolean> {
  const nonce = randomBytes(16);
  const hash = (text: string): Promise<Buffer> => derive('argon2id', { message: text, nonce, ...cost });
  const expected = hash(password);
  // Awaited where it is used; an early failure must not end the process.
  expected.catch(() => undefined);
  let turn: Promise<unknown> = Promise.resolve();
  return (given) => {
    const checked = turn.then(async () => timingSafeEqual(await hash(given), await expected));
    turn = checked.catch(() => undefined);
    return checked;
  };
}
