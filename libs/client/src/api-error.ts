import type { Problem } from '@gaze/contracts';

/** A request that failed: what the server said about it, or that nobody answered (`status` 0). */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.detail, cause === undefined ? undefined : { cause });
    this.name = 'ApiError';
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): Problem['code'] {
    return this.problem.code;
  }

  /** Nobody answered at all: no network, or GAZE is not running. */
  get isOffline(): boolean {
    return this.problem.status === 0;
  }
}

export function offlineError(cause: unknown): ApiError {
  return new ApiError(
    {
      type: 'about:blank',
      title: 'GAZE cannot be reached',
      status: 0,
      code: 'unavailable',
      detail: 'GAZE does not answer.',
      hint: 'Check that it is still running and that this device is connected.',
    },
    cause,
  );
}

/** The error of an answer; what is no problem document (a proxy's page, say) becomes one. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  if (isProblem(body)) return new ApiError(body);
  return new ApiError({
    type: 'about:blank',
    title: response.statusText || 'The request failed',
    status: response.status,
    code: response.status >= 500 ? 'unavailable' : 'malformed_request',
    detail: `The answer was ${response.status} and not from GAZE; something between may have sent it.`,
  });
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && 'status' in body;
}
