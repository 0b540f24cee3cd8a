import { errorCodes } from '@gaze/contracts';
import type { Problem, WireError } from '@gaze/contracts';

/** The problem document of an error, with what the table of codes knows beside what the error itself says. */
export function toProblem(error: WireError, requestId?: string): Problem {
  const row = errorCodes[error.code];
  return {
    type: `https://gaze.local/errors/${error.code}`,
    title: row.title,
    status: row.status,
    code: error.code,
    detail: error.message,
    hint: error.hint ?? row.hint,
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.file === undefined ? {} : { file: error.file }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}
