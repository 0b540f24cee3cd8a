import type { ErrorCode } from '@gaze/contracts';

/** A failure of storage or of a picture, with a code of the closed set. `libs/runtime` reads errors by their code. */
export class GazeMediaError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'GazeMediaError';
    this.code = code;
  }
}
