import type { ImageResult, ImageView } from '@gaze/contracts';
import { toWireError } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';

/**
 * Does the same with each of several pictures, one after the other; what fails with one leaves the others alone.
 * @param work gives the picture as it is afterwards, or null where it is not shown any more
 */
export async function eachImage(
  ids: readonly string[],
  log: Log,
  work: (id: string) => Promise<ImageView | null>,
): Promise<ImageResult[]> {
  const results: ImageResult[] = [];
  for (const id of new Set(ids)) {
    try {
      results.push({ id, image: await work(id), problem: null });
    } catch (error) {
      const problem = toWireError(error);
      if (problem.code === 'internal') log.error({ err: error, image: id }, 'a picture could not be changed');
      results.push({ id, image: null, problem });
    }
  }
  return results;
}
