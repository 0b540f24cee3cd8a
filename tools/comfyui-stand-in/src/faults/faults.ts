import type { EventLog } from '../log/event-log.ts';
import { Fault } from './fault.ts';
import type { FaultKind, FaultOf, SetFault } from './fault.ts';

export interface Faults {
  /**
   * Arms a fault; answers a function that takes it back.
   * @throws ZodError for a fault that does not exist
   */
  set: (fault: Fault) => () => void;
  /** Takes back every fault, or those of one kind. What hung goes on. */
  clear: (kind?: FaultKind) => void;
  list: () => SetFault[];
}

export interface FaultRegister extends Faults {
  /** The first armed fault of a kind that fits; one of its times is spent. */
  take: <K extends FaultKind>(kind: K, fits?: (fault: FaultOf<K>) => boolean) => FaultOf<K> | null;
  /** Waits while the host hangs there. */
  whileHung: (where: 'http' | 'execution', signal: AbortSignal) => Promise<void>;
}

export function buildFaults(log: EventLog): FaultRegister {
  let armed: SetFault[] = [];
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const wake of [...waiting]) wake();
  };
  const register: FaultRegister = {
    set(given) {
      const fault = { ...Fault.parse(given) };
      armed.push(fault);
      return () => {
        armed = armed.filter((one) => one !== fault);
        changed();
      };
    },
    clear(kind) {
      armed = kind === undefined ? [] : armed.filter((fault) => fault.kind !== kind);
      changed();
    },
    list: () => armed.map((fault) => ({ ...fault })),
    take(kind, fits) {
      type Wanted = FaultOf<typeof kind>;
      const found = armed.find(
        (fault) => fault.kind === kind && (fits === undefined || fits(fault as Wanted)),
      );
      if (found === undefined) return null;
      if (found.times !== 'always') found.times -= 1;
      if (found.times === 0) armed = armed.filter((fault) => fault !== found);
      log.add({ type: 'fault', kind, detail: JSON.stringify(found) });
      return found as Wanted;
    },
    async whileHung(where, signal) {
      const hung = (): boolean => armed.some((fault) => fault.kind === 'hang' && fault.where === where);
      while (hung() && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          waiting.add(wake);
          signal.addEventListener('abort', wake);
        });
      }
    },
  };
  return register;
}
