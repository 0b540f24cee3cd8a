/** A host as the environment or a person names it. */
export interface NamedHost {
  name: string;
  /** Normalised. */
  url: string;
}

const address = /^(?:(https?):\/\/)?([^/?#@\s:[\]]+|\[[0-9a-fA-F:.]+\])(?::(\d{1,5}))?(\/[^?#\s]*)?$/i;
const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

/**
 * The one spelling of a host's address: scheme and name in lower case, no default port, no slash at the end.
 * Null for what is no http address; credentials, queries and fragments have no place in one.
 */
export function normaliseHostUrl(text: string): string | null {
  const match = address.exec(text.trim());
  if (match === null) return null;
  const scheme = (match[1] ?? 'http').toLowerCase();
  const name = (match[2] ?? '').toLowerCase();
  const port = match[3] === undefined ? undefined : String(Number(match[3]));
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return null;
  const path = (match[4] ?? '').replace(/\/+$/, '');
  return `${scheme}://${name}${port === undefined || port === defaultPorts[scheme] ? '' : `:${port}`}${path}`;
}

/**
 * Reads `name=url` or `url`; a host without a name is called by its address without the scheme.
 * Null where the address is none.
 */
export function parseNamedHost(text: string): NamedHost | null {
  const match = /^([^=/:]+)=(.+)$/.exec(text.trim());
  const url = normaliseHostUrl(match?.[2] ?? text);
  if (url === null) return null;
  return { name: match?.[1]?.trim() ?? url.replace(/^https?:\/\//, ''), url };
}
