import { whyForbidden } from './addresses.ts';
import type { Resolve } from './addresses.ts';

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** The other side sent more than it may. */
export class TooLarge extends Error {
  constructor(bytes: number) {
    super(`The answer is larger than ${Math.round(bytes / 1024)} kB and was cut off.`);
    this.name = 'TooLarge';
  }
}

/** The address must not be called. */
export class ForbiddenAddress extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ForbiddenAddress';
  }
}

/**
 * `fetch` for addresses that people set: never to link-local or metadata addresses, redirects not followed, and no body
 * over `maxBytes`.
 */
export function guardedFetch(options: { maxBytes: number; resolve?: Resolve; fetch?: Fetch }): Fetch {
  const { maxBytes } = options;
  const plain = options.fetch ?? fetch;
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const why = await whyForbidden(url, options.resolve);
    if (why !== null) throw new ForbiddenAddress(why);
    const response = await plain(input, { ...init, redirect: 'manual' });
    const { status, statusText, headers, body } = response;
    if (body === null) return response;
    if (Number(headers.get('content-length') ?? 0) > maxBytes) {
      await body.cancel();
      throw new TooLarge(maxBytes);
    }
    return new Response(body.pipeThrough(capped(maxBytes)), { status, statusText, headers });
  };
}

function capped(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let seen = 0;
  return new TransformStream({
    transform(chunk, controller) {
      seen += chunk.byteLength;
      if (seen > maxBytes) controller.error(new TooLarge(maxBytes));
      else controller.enqueue(chunk);
    },
  });
}
