/** What a gateway is told once, by its environment or by a test. */
export interface GatewayConfig {
  host: string;
  port: number;
  /** Started for the person at this machine: one-time link instead of a password, loopback only. */
  local: boolean;
  /** The one-time token of the printed address; absent: no link is traded. */
  localToken?: string | undefined;
  password?: string | undefined;
  webDir: string;
  /** Further origins under which browsers reach this house, such as `https://gaze.example`. */
  origins: readonly string[];
  /** Addresses of reverse proxies whose forwarding headers are believed. */
  trustedProxies: readonly string[];
  /** Requests per minute of one API key. */
  requestsPerMinute: number;
}

/** Not local and no password: nothing but the page that says so is served. */
export const isUnset = (config: GatewayConfig): boolean => !config.local && config.password === undefined;
