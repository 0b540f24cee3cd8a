import { errorCodes, WireError } from '@gaze/contracts';
import type { ErrorCode } from '@gaze/contracts';

export interface ErrorPlace {
  field?: string | undefined;
  file?: string | undefined;
  hint?: string | undefined;
  details?: unknown;
  cause?: unknown;
}

/** A failure with a code of the closed set and a sentence for a person. */
export class GazeError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly file: string | undefined;
  readonly hint: string | undefined;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause });
    this.name = 'GazeError';
    this.code = code;
    this.field = place.field;
    this.file = place.file;
    this.hint = place.hint;
    this.details = place.details;
  }
}

/**
 * An error as it may cross the bus. Whatever carries a known `code` is taken at its word (the domain has its own
 * small error class); anything else becomes `internal`, its text kept out of what a stranger sees.
 */
export function toWireError(error: unknown): WireError {
  if (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code in errorCodes
  ) {
    const { code, message } = error;
    const place = error as Partial<WireError>;
    const candidate = WireError.safeParse({
      code,
      message,
      field: place.field,
      file: place.file,
      hint: place.hint,
      details: place.details,
    });
    if (candidate.success) return withoutUndefined(candidate.data);
  }
  return { code: 'internal', message: 'Something went wrong inside GAZE. Its log says more.' };
}

/** The error that crossed the bus, as an error again. */
export function fromWireError(wire: WireError): GazeError {
  return new GazeError(wire.code, wire.message, {
    field: wire.field,
    file: wire.file,
    hint: wire.hint,
    details: wire.details,
  });
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
