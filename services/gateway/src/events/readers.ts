import { GazeError } from '@gaze/runtime';

const maxPerPrincipal = 64;
const maxReaders = 1000;

/** How many follow the events: sockets and streams count together. */
export interface Readers {
  /**
   * Counts one in.
   * @returns what counts it out again
   * @throws GazeError rate_limited where there are too many
   */
  enter: (principalId: string) => () => void;
}

export function buildReaders(): Readers {
  const perPrincipal = new Map<string, number>();
  let all = 0;
  return {
    enter(principalId) {
      const mine = perPrincipal.get(principalId) ?? 0;
      if (all >= maxReaders || mine >= maxPerPrincipal)
        throw new GazeError('rate_limited', 'There are too many event connections open; close some.');
      all += 1;
      perPrincipal.set(principalId, mine + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        all -= 1;
        const still = (perPrincipal.get(principalId) ?? 1) - 1;
        if (still > 0) perPrincipal.set(principalId, still);
        else perPrincipal.delete(principalId);
      };
    },
  };
}
