import { ApiError } from '@gaze/client';
import { DomainError } from '@gaze/domain';

/**
 * A fault that the browser found itself, as the server would have told it: the prompts are composed here by the same
 * code, and its sentences are the same ones.
 */
export function asServerSays(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  return new ApiError({
    type: 'about:blank',
    title: 'A data file has a fault',
    status: 422,
    code: error.code,
    detail: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.file === undefined ? {} : { file: error.file }),
  });
}
