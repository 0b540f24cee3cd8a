/** The error body of the OpenAI API, with its status. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: { type?: string; param?: string; code?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.type = more.type ?? 'invalid_request_error';
    this.param = more.param ?? null;
    this.code = more.code ?? null;
    this.headers = more.headers ?? {};
  }
}

export function errorBody(error: ApiError): object {
  const { message, type, param, code } = error;
  return { error: { message, type, param, code } };
}

export function statusError(status: number, message?: string, retryAfterSeconds?: number): ApiError {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  if (status === 429) {
    return new ApiError(429, message ?? 'Rate limit reached. Please try again later.', {
      type: 'requests',
      code: 'rate_limit_exceeded',
      headers,
    });
  }
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  const fallback =
    status >= 500 ? 'The server had an error while processing your request.' : 'The request was refused.';
  return new ApiError(status, message ?? fallback, { type, headers });
}
