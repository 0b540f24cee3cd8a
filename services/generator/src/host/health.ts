import type { HostCapabilities } from '@gaze/contracts';
import { sleep } from '@gaze/runtime';
import type { ComfyClient } from '../comfy/client.ts';
import { HostUnreachable } from '../comfy/errors.ts';
import { inventoryOf, readCapabilities } from '../comfy/inventory.ts';
import type { InventoryFile } from '../comfy/inventory.ts';

export interface Inventory {
  files: InventoryFile[];
  fingerprint: string;
}

export interface Condition {
  /** `unknown` until it has been asked once: what it still has may be taken over, but nothing new goes there. */
  state: 'unknown' | 'up' | 'down';
  reason: string;
}

export interface Health {
  state: () => Condition & { version: string | null };
  /** What the host can do; read now where it is not known. @throws HostUnreachable */
  capabilities: () => Promise<HostCapabilities>;
  known: () => HostCapabilities | null;
  inventory: () => Inventory | null;
  /** Reads the lists anew at the next look. */
  forgetCapabilities: () => void;
  /** The host is stuck in a prompt: it counts as down until that prompt has ended. */
  stuckIn: (promptId: string) => void;
  /** Looks now and not at the next turn. */
  lookNow: () => void;
}

export interface HealthDeps {
  name: string;
  client: ComfyClient;
  signal: AbortSignal;
  now: () => number;
  /** What was reported of the host has changed. */
  onChange: () => void;
  /** It was away: what it had in memory may be gone. */
  onAway: () => void;
}

const healthyEveryMs = 5000;
/** A host that is away is asked more often: people start ComfyUI and look at GAZE. */
const awayEveryMs = 2000;
const inventoryEveryMs = 60_000;

/** Looks at a host again and again: whether it answers, which version it is, what it has. */
export function watchHealth(deps: HealthDeps): Health {
  const { client, name, signal, now } = deps;
  const condition: Condition & { version: string | null } = {
    state: 'unknown',
    reason: 'It has not been asked yet.',
    version: null,
  };
  let capabilities: HostCapabilities | null = null;
  let inventory: Inventory | null = null;
  let readMs = Number.NEGATIVE_INFINITY;
  let stuck: { promptId: string; sinceMs: number } | null = null;
  let hurry = Promise.withResolvers<undefined>();

  async function read(): Promise<HostCapabilities> {
    const fresh = readCapabilities(name, await client.objectInfo());
    const next = inventoryOf(fresh);
    const changed = next.fingerprint !== inventory?.fingerprint;
    capabilities = fresh;
    inventory = next;
    readMs = now();
    if (changed) deps.onChange();
    return fresh;
  }

  async function ask(): Promise<Condition> {
    try {
      condition.version = await client.version();
      if (capabilities === null || now() - readMs > inventoryEveryMs) await read();
      if (stuck !== null && (await client.where(stuck.promptId)) === 'running') {
        const seconds = Math.round((now() - stuck.sinceMs) / 1000);
        const since = seconds < 90 ? 'a moment' : `${Math.round(seconds / 60)} minutes`;
        return {
          state: 'down',
          reason: `${name} has been stuck in one picture for more than ${since}. Restart that ComfyUI.`,
        };
      }
      stuck = null;
      return { state: 'up', reason: 'It answers.' };
    } catch (error) {
      const reason = error instanceof HostUnreachable ? error.reason : 'its list of nodes cannot be read';
      capabilities = null;
      client.relearn();
      if (!signal.aborted) deps.onAway();
      return { state: 'down', reason: `${name} at ${client.url}: ${reason}.` };
    }
  }

  async function look(): Promise<void> {
    const next = await ask();
    const isNews = next.state !== condition.state || next.reason !== condition.reason;
    if (signal.aborted || !isNews) return;
    Object.assign(condition, next);
    deps.onChange();
  }

  void (async () => {
    while (!signal.aborted) {
      await look();
      const { promise } = hurry;
      await Promise.race([
        sleep(condition.state === 'up' ? healthyEveryMs : awayEveryMs, signal).catch(() => undefined),
        promise,
      ]);
    }
  })();

  return {
    state: () => condition,
    capabilities: async () => capabilities ?? read(),
    known: () => capabilities,
    inventory: () => inventory,
    forgetCapabilities() {
      capabilities = null;
      readMs = Number.NEGATIVE_INFINITY;
    },
    stuckIn(promptId) {
      stuck ??= { promptId, sinceMs: now() };
    },
    lookNow() {
      const { resolve } = hurry;
      hurry = Promise.withResolvers<undefined>();
      resolve(undefined);
    },
  };
}
