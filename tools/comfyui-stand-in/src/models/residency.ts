import type { FaultRegister } from '../faults/faults.ts';
import type { EventLog } from '../log/event-log.ts';
import { now } from '../log/event-log.ts';
import type { Settings } from '../options.ts';
import { sleepUntil } from '../execution/clock.ts';

/** What lies in memory: one checkpoint at a time, and per loader node the file that it read last. */
export interface Residency {
  checkpoint: (name: string, promptId: string) => Promise<void>;
  lora: (nodeId: string, name: string, promptId: string) => Promise<void>;
  unload: () => void;
  loaded: () => { checkpoint: string | null; loras: string[] };
}

/** Loading cannot be interrupted on a real host either; only the end of the process ends it. */
export function buildResidency(deps: {
  settings: Settings;
  faults: FaultRegister;
  log: EventLog;
  signal: AbortSignal;
}): Residency {
  const { settings, faults, log, signal } = deps;
  let current: string | null = null;
  const loras = new Map<string, string>();

  async function load(
    kind: 'checkpoint' | 'lora',
    name: string,
    promptId: string,
    ms: number,
  ): Promise<void> {
    const from = now();
    await sleepUntil(from + ms, signal);
    log.add({ type: 'loaded', promptId, kind, name, from, to: now() });
  }

  return {
    async checkpoint(name, promptId) {
      if (current === name) return;
      const slow = faults.take('slow_load');
      await load('checkpoint', name, promptId, settings.loadMs + (slow?.ms ?? 0));
      current = name;
    },
    async lora(nodeId, name, promptId) {
      if (loras.get(nodeId) === name) return;
      await load('lora', name, promptId, settings.loraLoadMs);
      loras.set(nodeId, name);
    },
    unload() {
      current = null;
    },
    loaded: () => ({ checkpoint: current, loras: [...loras.values()] }),
  };
}
