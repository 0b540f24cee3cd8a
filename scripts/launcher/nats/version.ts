/** The three numbers of what `nats-server --version` prints; null where there are none. */
export function parseNatsVersion(text: string): readonly [number, number, number] | null {
  const match = /v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (match === null) return null;
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** Whether the server knows `sync_interval`: an older one does not start with it. */
export function knowsSyncInterval(version: readonly [number, number, number]): boolean {
  return isAtLeast(version, [2, 10]);
}

/** The oldest server that GAZE works on. */
export function isSupported(version: readonly [number, number, number]): boolean {
  return isAtLeast(version, [2, 9]);
}

function isAtLeast(version: readonly number[], wanted: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version;
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1]);
}
