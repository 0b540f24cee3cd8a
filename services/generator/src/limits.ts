/** Times after which a host is given up, in milliseconds. */
export interface HostLimits {
  /** Without any answer to plain HTTP. */
  silentMs: number;
  /** Without a step, unless loading its model is known to take a third of that or more. */
  hangMs: number;
}

export const usualLimits: HostLimits = { silentMs: 30_000, hangMs: 180_000 };
