const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);
const methodsThatRead = new Set(['GET', 'HEAD', 'OPTIONS']);

export const changesThings = (method: string): boolean => !methodsThatRead.has(method);

/**
 * Whether a Host header means this machine. Names that merely resolve to it are refused: that is how a foreign page
 * gets its scripts past the same-origin rule (DNS rebinding).
 */
export function isLoopbackHost(host: string | undefined, port: number): boolean {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(host ?? '');
  if (match === null) return false;
  const [, name = '', given = '80'] = match;
  return loopbackNames.has(name.toLowerCase()) && Number(given) === port;
}

/** Whether an address of a sender is this machine's own. */
export const isLoopbackAddress = (ip: string): boolean => /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/.test(ip);

export interface OriginFacts {
  origin: string | undefined;
  /** What the browser says about where the request comes from; absent outside browsers. */
  fetchSite: string | undefined;
  host: string | undefined;
  /** Further origins under which this house is reached, set by whoever runs it. */
  allowed: readonly string[];
}

/** Whether a request with a cookie comes from a page of ours. Without either header it comes from no browser. */
export function isOwnOrigin({ origin, fetchSite, host, allowed }: OriginFacts): boolean {
  if (origin === undefined)
    return fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none';
  if (allowed.includes(origin)) return true;
  const from = URL.parse(origin);
  return from !== null && host !== undefined && from.host === URL.parse(`${from.protocol}//${host}`)?.host;
}
