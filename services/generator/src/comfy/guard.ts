import { whyForbidden } from '@gaze/runtime';
import type { Resolve } from '@gaze/runtime';

/** How long an answer about a name holds: names may lead elsewhere later. */
const heldMs = 10_000;

/**
 * Says why a host must not be called, as the end of a sentence; null where it may be. The name is looked up anew now
 * and then, so that it cannot lead to a forbidden place after it was added.
 */
export function buildHostGuard(
  url: string,
  options: { resolve?: Resolve; now?: () => number } = {},
): () => Promise<string | null> {
  const now = options.now ?? (() => performance.now());
  let known: { answer: Promise<string | null>; until: number } | null = null;
  return () => {
    if (known === null || now() > known.until)
      known = { answer: whyForbidden(new URL(url), options.resolve), until: now() + heldMs };
    return known.answer.then((why) => why?.replace(/\.$/, '') ?? null);
  };
}
