export interface AssignableHost {
  id: string;
  enabled: boolean;
  holder: string | null;
  /** It holds or awaits work: it moves only when its holder is gone. */
  busy: boolean;
}

export interface ReplicaView {
  name: string;
  /** Milliseconds since it was last heard, or since anybody could be heard. */
  silentMs: number;
  /** It said farewell. */
  left: boolean;
}

export interface HostMove {
  hostId: string;
  /** Null takes the host away from its holder. */
  holder: string | null;
}

/** A holder that was silent for this long has lost its hosts. */
export const holderSilenceMs = 20_000;

/**
 * Spreads the hosts over the live replicas. A host moves only when its holder is gone, or when it is idle and the
 * spread is uneven. Pure; names break ties, so that the same input gives the same moves.
 */
export function assignHosts(hosts: readonly AssignableHost[], replicas: readonly ReplicaView[]): HostMove[] {
  const live = replicas
    .filter((replica) => !replica.left && replica.silentMs < holderSilenceMs)
    .map((replica) => replica.name);
  live.sort(compareText);
  const farewells = new Set(replicas.filter((replica) => replica.left).map((replica) => replica.name));
  const silent = new Set(
    replicas
      .filter((replica) => !replica.left && replica.silentMs >= holderSilenceMs)
      .map((replica) => replica.name),
  );
  const loads = new Map(live.map((name) => [name, 0]));
  const holders = new Map<string, string | null>();
  const sorted = [...hosts].sort((a, b) => compareText(a.id, b.id));

  for (const host of sorted) {
    // A silent holder keeps its hosts while nobody could take them: it may be alive and working.
    const lost =
      host.holder !== null && (farewells.has(host.holder) || (silent.has(host.holder) && live.length > 0));
    const kept = lost || (!host.enabled && !host.busy) ? null : host.holder;
    holders.set(host.id, kept);
    if (kept !== null && loads.has(kept)) loads.set(kept, (loads.get(kept) ?? 0) + 1);
  }
  for (const host of sorted) {
    if (host.enabled && holders.get(host.id) === null) give(host.id, least(loads), holders, loads);
  }
  balance(sorted, holders, loads);
  return sorted.flatMap((host) => {
    const holder = holders.get(host.id) ?? null;
    return holder === host.holder ? [] : [{ hostId: host.id, holder }];
  });
}

function give(
  hostId: string,
  name: string | null,
  holders: Map<string, string | null>,
  loads: Map<string, number>,
): void {
  if (name === null) return;
  holders.set(hostId, name);
  loads.set(name, (loads.get(name) ?? 0) + 1);
}

function balance(
  hosts: readonly AssignableHost[],
  holders: Map<string, string | null>,
  loads: Map<string, number>,
): void {
  for (;;) {
    const poor = least(loads);
    const rich = most(loads);
    if (poor === null || rich === null || (loads.get(rich) ?? 0) - (loads.get(poor) ?? 0) < 2) return;
    const idle = hosts.find((host) => holders.get(host.id) === rich && !host.busy);
    if (idle === undefined) return;
    loads.set(rich, (loads.get(rich) ?? 0) - 1);
    give(idle.id, poor, holders, loads);
  }
}

function least(loads: ReadonlyMap<string, number>): string | null {
  return (
    [...loads].reduce<[string, number] | null>(
      (best, entry) => (best === null || entry[1] < best[1] ? entry : best),
      null,
    )?.[0] ?? null
  );
}

function most(loads: ReadonlyMap<string, number>): string | null {
  return (
    [...loads].reduce<[string, number] | null>(
      (best, entry) => (best === null || entry[1] > best[1] ? entry : best),
      null,
    )?.[0] ?? null
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
