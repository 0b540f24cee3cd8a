import { ForbiddenAddress, guardedFetch } from '@gaze/runtime';
import { signedHeaders } from './sign.ts';

/** What became of one try: null where the receiver took it, else why not, as a sentence that quotes no answer. */
export type Post = (target: {
  url: string;
  secret: string;
  id: string;
  body: string;
}) => Promise<string | null>;

const patienceMs = 10_000;
/** Nobody reads the answer; so much of it is taken before the connection is cut. */
const maxAnswerBytes = 64 * 1024;

/** @param now milliseconds since 1970 */
export function buildPost(now: () => number = Date.now, patience = patienceMs): Post {
  const send = guardedFetch({ maxBytes: maxAnswerBytes });
  return async ({ url, secret, id, body }) => {
    try {
      const answer = await send(url, {
        method: 'POST',
        headers: signedHeaders(secret, { id, seconds: Math.floor(now() / 1000), body }),
        body,
        signal: AbortSignal.timeout(patience),
      });
      await answer.body?.cancel();
      return answer.ok ? null : refusal(answer.status);
    } catch (error) {
      return sentenceOf(error, patience);
    }
  };
}

function refusal(status: number): string {
  if (status >= 300 && status < 400)
    return `The receiver answered with a redirect (${status}), which is not followed. Enter the address that it leads to.`;
  return `The receiver answered ${status} in place of 2xx.`;
}

function sentenceOf(error: unknown, patience: number): string {
  if (error instanceof ForbiddenAddress) return error.message;
  if (error instanceof Error && error.name === 'TimeoutError')
    return `The receiver did not answer within ${Math.round(patience / 1000)} s.`;
  const { code } = (error instanceof Error ? (error.cause ?? error) : {}) as { code?: unknown };
  return typeof code === 'string' && /^[A-Z_0-9]+$/.test(code)
    ? `The receiver could not be reached (${code}).`
    : 'The receiver could not be reached.';
}
