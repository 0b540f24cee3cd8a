import type { HostReport } from '@gaze/contracts';
import { holderSilenceMs, loraSetKey, normaliseFileName } from '@gaze/domain';
import type { PlacingHost } from '@gaze/domain';
import type { Db } from '../db/connect.ts';
import type { Breakers } from './breaker.ts';
import type { HostRow } from './host-store.ts';
import { allHosts, placingFiles, writeLearned } from './host-store.ts';
import type { Liveness } from './liveness.ts';

/** A host as placement needs it; what it holds is the scheduler's knowledge. Breaker times are relative to now. */
export interface BookedHost extends Omit<PlacingHost, 'outstanding' | 'closedUntilMs'> {
  epoch: number;
  holder: string | null;
  closedForMs: number;
  /** Its files are known, and as they are now. */
  inventoryFresh: boolean;
}

/** The rows of `host` in memory. This process is their only writer: whoever writes a row writes it here too. */
export interface HostBook {
  load: () => Promise<void>;
  list: () => BookedHost[];
  row: (id: string) => HostRow | undefined;
  rows: () => HostRow[];
  put: (row: HostRow) => void;
  remove: (id: string) => void;
  report: (report: HostReport) => void;
  putFiles: (id: string, fingerprint: string, files: ReadonlySet<string>) => void;
  putTimings: (id: string, timings: HostRow['timings']) => void;
  learn: (id: string, tookMs: number, loaded: boolean) => Promise<void>;
}

const nothing: ReadonlySet<string> = new Set();
/** Weight of the newest picture in a host's learned times. */
const newest = 0.3;

export function buildHostBook(deps: { db: Db; liveness: Liveness; breakers: Breakers }): HostBook {
  const { db, liveness, breakers } = deps;
  let rows = new Map<string, HostRow>();
  let files = new Map<string, ReadonlySet<string>>();
  const reported = new Map<string, string | null>();

  function booked(row: HostRow): BookedHost {
    return {
      id: row.id,
      name: row.name,
      url: row.url,
      state: row.enabled ? row.state : 'disabled',
      reason: row.reason,
      held:
        row.holder !== null &&
        !liveness.hasLeft(row.holder) &&
        liveness.replicaSilentMs(row.holder) < holderSilenceMs,
      files: files.get(row.id) ?? nothing,
      loaded: {
        checkpoint: row.loaded_checkpoint === null ? null : normaliseFileName(row.loaded_checkpoint),
        loraSet: loraSetKey(row.loaded_loras),
      },
      imageMs: row.image_ms,
      loadMs: row.load_ms,
      loads: measuredLoads(row.timings),
      probing: breakers.isProbing(row.id),
      epoch: row.epoch,
      holder: row.holder,
      closedForMs: breakers.closedForMs(row.id),
      inventoryFresh: row.inventory !== null && reported.get(row.id) === row.inventory,
    };
  }

  return {
    async load() {
      rows = new Map((await allHosts(db)).map((row) => [row.id, row]));
      files = await placingFiles(db);
    },
    list: () => [...rows.values()].map(booked),
    row: (id) => rows.get(id),
    rows: () => [...rows.values()],
    put: (row) => void rows.set(row.id, row),
    remove(id) {
      rows.delete(id);
      files.delete(id);
      reported.delete(id);
    },
    report(report) {
      const row = rows.get(report.host_id);
      if (row === undefined) return;
      reported.set(report.host_id, report.inventory);
      const { state, reason, version, loaded_checkpoint, loaded_loras, missing_nodes } = report;
      rows.set(row.id, { ...row, state, reason, version, loaded_checkpoint, loaded_loras, missing_nodes });
    },
    putFiles(id, fingerprint, keys) {
      const row = rows.get(id);
      if (row !== undefined) rows.set(id, { ...row, inventory: fingerprint });
      files.set(id, keys);
    },
    putTimings(id, timings) {
      const row = rows.get(id);
      if (row !== undefined) rows.set(id, { ...row, timings });
    },
    async learn(id, tookMs, loaded) {
      const row = rows.get(id);
      if (row === undefined || tookMs <= 0) return;
      // With a load in it, what is not the picture was the load.
      const imageMs = loaded ? row.image_ms : mixed(row.image_ms, tookMs);
      const loadMs =
        loaded && tookMs > row.image_ms ? mixed(row.load_ms, tookMs - row.image_ms) : row.load_ms;
      rows.set(id, { ...row, image_ms: imageMs, load_ms: loadMs });
      await writeLearned(db, id, { imageMs, loadMs });
    },
  };
}

function measuredLoads(timings: HostRow['timings']): ReadonlyMap<string, number> {
  return new Map(
    timings.flatMap(({ checkpoint, load_ms: ms }) =>
      ms === null ? [] : [[normaliseFileName(checkpoint), ms]],
    ),
  );
}

function mixed(known: number, seen: number): number {
  return known * (1 - newest) + seen * newest;
}
