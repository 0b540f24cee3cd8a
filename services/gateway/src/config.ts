/** What a gateway is told once, by its environment or by a test. */
export interface GatewayConfig {
  host: string;
  port: number;
  /** Started for the person at this machine: one-time link instead of a password, loopback only. */
  local: boolean;
  /** The one-time token of the printed address; absent: no link is traded. */
  localToken?: string | undefined;
  /** Fixed by the environment; absent: the one that was set in GAZE counts. */
  password?: string | undefined;
  /** Token of the link under which the first password is set; absent: there is no such link. */
  setupToken?: string | undefined;
  webDir: string;
  /** Further origins under which browsers reach this house, such as `https://gaze.example`. */
  origins: readonly string[];
  /** Addresses of reverse proxies whose forwarding headers are believed. */
  trustedProxies: readonly string[];
  /** Requests per minute of one API key. */
  requestsPerMinute: number;
}
