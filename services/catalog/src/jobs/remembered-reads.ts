import type { SubmitDeps } from './submit.ts';

type Reads = Pick<SubmitDeps, 'loader' | 'templateFor' | 'defaultCheckpoint'>;

/**
 * What recipes read of the library, each thing once: for the draws of one request, or for the entries of one chunk,
 * which mostly name the same entities. Whoever asks again later makes new ones and sees what was edited.
 */
export function rememberedReads({ loader, templateFor, defaultCheckpoint }: Reads): Reads {
  return {
    loader: {
      entity: once((category, slug) => loader.entity(category, slug)),
      byId: once((category, id) => loader.byId(category, id)),
      candidates: once((category, filter) => loader.candidates(category, filter)),
      checkpoint: once((pathOrSlug) => loader.checkpoint(pathOrSlug)),
      wildcard: once((name) => loader.wildcard(name)),
    },
    // A checkpoint's JSON says nothing else about its template than the name.
    templateFor: once(templateFor, ({ workflow }) => workflow ?? null),
    defaultCheckpoint: once(defaultCheckpoint),
  };
}

function once<A extends unknown[], R>(
  read: (...args: A) => Promise<R>,
  keyOf: (...args: A) => unknown = (...args) => args,
): (...args: A) => Promise<R> {
  const known = new Map<string, Promise<R>>();
  return (...args) => {
    const key = JSON.stringify(keyOf(...args));
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = read(...args);
    known.set(key, answer);
    return answer;
  };
}
