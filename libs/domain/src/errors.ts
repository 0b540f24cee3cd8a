import type { ErrorCode } from '@gaze/contracts';

export interface DomainErrorPlace {
  /** Dotted path or `section::key` of what is at fault. */
  field?: string;
  /** The data file at fault, relative to the data folder; or the model file that is missing. */
  file?: string;
  hint?: string;
}

/** The one kind of error that this package throws: a code of the closed set, and a sentence for a person. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly field?: string;
  readonly file?: string;
  readonly hint?: string;

  constructor(code: ErrorCode, message: string, place: DomainErrorPlace = {}) {
    super(message);
    this.name = 'DomainError';
    this.code = code;
    if (place.field !== undefined) this.field = place.field;
    if (place.file !== undefined) this.file = place.file;
    if (place.hint !== undefined) this.hint = place.hint;
  }
}

/** Cuts what a stranger wrote to the length of a quotation, so that a message stays a sentence. */
export function quote(text: string, most = 60): string {
  return text.length <= most ? `«${text}»` : `«${text.slice(0, most)}…»`;
}
