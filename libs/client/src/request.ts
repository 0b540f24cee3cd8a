import { errorOf, offlineError } from './api-error.ts';

export interface ClientOptions {
  /** Origin of the server, without a slash at the end; empty: the page's own. */
  baseUrl: string;
  /** Without a key the browser's session cookie counts. */
  apiKey?: string | undefined;
  fetch?: typeof globalThis.fetch | undefined;
}

type QueryValue = string | number | boolean | readonly string[] | null | undefined;
/** Absent values are left out; a flag is sent as `on` or `off`; a list as the same name again and again. */
export type Query = Readonly<Record<string, QueryValue>>;

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** The same key with the same request queues its work once, however often it is sent. */
  idempotencyKey?: string | undefined;
}

export interface EditOptions extends CallOptions {
  /**
   * Revision that the edit was made on (`EntityDetail.revision`). Other people's changes since then are merged; the
   * same field changed by both is an ApiError 409 whose `details` are `ConflictDetails`. Absent: whatever is there.
   */
  revision?: string | undefined;
}

export interface RequestParts extends EditOptions {
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of a body. */
  bytes?: Blob | undefined;
  /** Says «whatever is there» where no revision is given. */
  edits?: boolean;
  /** The answer is a file and no JSON. */
  answers?: 'blob';
}

/** Sends one request and gives the parsed answer. Throws ApiError; an abort throws what `fetch` throws. */
export type Send = <T>(method: string, path: string, parts?: RequestParts) => Promise<T>;

export function buildSend(options: ClientOptions): Send {
  // Looked up at each call and not kept: tests and service workers replace it.
  const doFetch: typeof fetch = (...args) => (options.fetch ?? globalThis.fetch)(...args);

  return async function send<T>(method: string, path: string, parts: RequestParts = {}): Promise<T> {
    let response: Response;
    try {
      response = await doFetch(`${options.baseUrl}${path}${queryString(parts.query)}`, {
        method,
        headers: headersOf(options, parts),
        credentials: 'same-origin',
        ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
        ...(parts.bytes === undefined ? {} : { body: parts.bytes }),
        ...(parts.signal === undefined ? {} : { signal: parts.signal }),
      });
    } catch (error) {
      if (parts.signal?.aborted === true) throw error;
      throw offlineError(error);
    }
    if (!response.ok) throw await errorOf(response);
    if (response.status === 204) return undefined as T;
    if (parts.answers === 'blob')
      return (await response.blob().catch((error: unknown) => Promise.reject(offlineError(error)))) as T;
    return (await response.json().catch((error: unknown) => Promise.reject(offlineError(error)))) as T;
  };
}

function headersOf(options: ClientOptions, parts: RequestParts): Record<string, string> {
  return {
    accept: 'application/json',
    ...(parts.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(parts.bytes === undefined ? {} : { 'content-type': parts.bytes.type }),
    ...ifMatchOf(parts),
    ...(options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey }),
    ...(parts.idempotencyKey === undefined ? {} : { 'idempotency-key': parts.idempotencyKey }),
  };
}

function ifMatchOf({ revision, edits }: RequestParts): Record<string, string> {
  if (revision !== undefined) return { 'if-match': `"${revision}"` };
  return edits === true ? { 'if-match': '*' } : {};
}

function queryString(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    if (typeof value === 'object') for (const one of value) search.append(name, one);
    else search.append(name, typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
