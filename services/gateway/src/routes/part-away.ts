import { GazeError } from '@gaze/runtime';

/** For answers in which a part that is away is a fact and no fault of the request. */
export function orNull(error: unknown): null {
  if (error instanceof GazeError && error.code === 'unavailable') return null;
  throw error;
}
