import { readCookie } from './cookie.ts';

export type Credential = { by: 'key' | 'session'; secret: string };

export interface CredentialSources {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Value of `api_key` in the query. */
  queryKey: unknown;
  cookieName: string;
}

/** Programs of the MCP world send their key as a bearer token. */
function bearerOf(authorization: string | string[] | undefined): string | undefined {
  return typeof authorization === 'string' ? /^Bearer +(\S+)$/i.exec(authorization)?.[1] : undefined;
}

/** What the sender shows: a key wins over the cookie. Null where there is neither. */
export function readCredential({ headers, queryKey, cookieName }: CredentialSources): Credential | null {
  const key = headers['x-api-key'] ?? bearerOf(headers.authorization) ?? queryKey;
  // A key given twice is no key; it is presented all the same and gets the answer of a wrong one.
  if (key !== undefined) return { by: 'key', secret: typeof key === 'string' ? key : '' };
  const cookie = headers.cookie;
  const session = readCookie(typeof cookie === 'string' ? cookie : undefined, cookieName);
  return session === undefined ? null : { by: 'session', secret: session };
}
