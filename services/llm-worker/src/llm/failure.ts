import type { ErrorCode, LlmFailureClass, WireError } from '@gaze/contracts';
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { ForbiddenAddress, TooLarge } from '@gaze/runtime';

/** A job's end without a result: what the ledger shall make of it, and a sentence for a person. */
export class LlmFailure extends Error {
  readonly class: LlmFailureClass;
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | null;
  /** The same request may work in a moment. */
  readonly isPassing: boolean;
  /** What the server answered with; null: nothing. */
  readonly status: number | null;
  /** Nobody is at the address. */
  readonly isUnreachable: boolean;

  constructor(
    kind: LlmFailureClass,
    message: string,
    more: {
      code?: ErrorCode;
      retryAfterSeconds?: number | null;
      isPassing?: boolean;
      isUnreachable?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'LlmFailure';
    this.class = kind;
    this.code = more.code ?? 'llm_failed';
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
    this.isPassing = more.isPassing ?? false;
    this.isUnreachable = more.isUnreachable ?? false;
    this.status =
      more.cause instanceof APIError && typeof more.cause.status === 'number' ? more.cause.status : null;
  }

  wire(): WireError {
    return { code: this.code, message: this.message };
  }
}

/** What went wrong in one request. The provider's own words stay out of it: whoever answers at a set address must not be read through us. */
export function classify(error: unknown): LlmFailure {
  if (error instanceof LlmFailure) return error;
  const known = causeOf(error);
  if (known instanceof ForbiddenAddress) return new LlmFailure('permanent', known.message, { cause: error });
  if (known instanceof TooLarge)
    return new LlmFailure('permanent', `The model's server failed: ${known.message}`, { cause: error });
  if (error instanceof APIUserAbortError)
    return new LlmFailure('interrupted', 'The request was stopped.', { cause: error });
  if (error instanceof APIConnectionTimeoutError) return passing('The model did not answer in time.', error);
  if (error instanceof APIConnectionError)
    return new LlmFailure('provider', "The model's server cannot be reached.", {
      ...{ isPassing: true, isUnreachable: true, cause: error },
    });
  if (error instanceof APIError && typeof error.status === 'number')
    return ofStatus(error as APIError, error.status);
  return passing("The model's server sent something that is no answer.", error);
}

function passing(message: string, cause: unknown, retryAfterSeconds: number | null = null): LlmFailure {
  return new LlmFailure('provider', message, { isPassing: true, retryAfterSeconds, cause });
}

function ofStatus(error: APIError, status: number): LlmFailure {
  const named = nameOf(error);
  if (status === 401 || status === 403)
    return permanent(
      `The model's server refused the key (${status}). Check the key in Settings or LLM_API_KEY.`,
      error,
    );
  if (status === 402) return permanent("The provider's account has no credit left (402).", error);
  if (status === 404)
    return permanent(`The model's server knows no such model or address (404${named}).`, error);
  if (status === 429) return passing('The provider asks to wait (429).', error, retryAfter(error));
  if (status >= 500 || status === 408 || status === 409 || status === 425)
    return passing(`The model's server failed (${status}${named}).`, error, retryAfter(error));
  return permanent(`The model's server refused the request (${status}${named}).`, error);
}

const permanent = (message: string, cause: unknown): LlmFailure =>
  new LlmFailure('permanent', message, { cause });

/** A code is a word of the API; anything longer could be anything. */
function nameOf({ code }: APIError): string {
  return typeof code === 'string' && /^[a-z0-9_]{1,60}$/.test(code) ? `, ${code}` : '';
}

const longestRetryAfterSeconds = 3600;

function retryAfter({ headers }: APIError): number | null {
  const text = headers?.get('retry-after');
  if (text === null || text === undefined || text.trim() === '') return null;
  const seconds = Number.isFinite(Number(text)) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), longestRetryAfterSeconds) : null;
}

/** Errors of our own fetch arrive wrapped. */
function causeOf(error: unknown): unknown {
  let at: unknown = error;
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    if (at instanceof ForbiddenAddress || at instanceof TooLarge) return at;
    at = at.cause;
  }
  return undefined;
}
