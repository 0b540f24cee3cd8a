import { buildCache } from './execution/cache.ts';
import type { ResultCache } from './execution/cache.ts';
import type { FaultRegister } from './faults/faults.ts';
import type { Folders } from './files/folders.ts';
import type { EventLog } from './log/event-log.ts';
import { buildModelFiles } from './models/model-files.ts';
import type { ModelFiles } from './models/model-files.ts';
import { buildResidency } from './models/residency.ts';
import type { Residency } from './models/residency.ts';
import { buildNodeTable } from './nodes/table.ts';
import type { NodeTable } from './nodes/table.ts';
import type { Settings } from './options.ts';
import { buildHistory } from './queue/history.ts';
import type { History } from './queue/history.ts';
import { buildPromptQueue } from './queue/prompt-queue.ts';
import type { PromptQueue } from './queue/prompt-queue.ts';
import { buildHub } from './socket/hub.ts';
import type { Hub } from './socket/hub.ts';

/** Everything that one life of the host's process holds in memory; a restart makes a new one. */
export interface Host {
  settings: Settings;
  faults: FaultRegister;
  log: EventLog;
  folders: Folders;
  files: ModelFiles;
  table: NodeTable;
  queue: PromptQueue;
  history: History;
  hub: Hub;
  residency: Residency;
  cache: ResultCache;
  /** Ends with the process. */
  signal: AbortSignal;
  state: {
    interrupted: boolean;
    /** Owner of the running prompt. */
    clientId: string | null;
    lastNode: string | null;
    unloadModels: boolean;
    freeMemory: boolean;
    nextNumber: number;
  };
  /** Tells every socket how many prompts wait or run. */
  sayStatus: () => void;
}

export interface HostDeps {
  settings: Settings;
  faults: FaultRegister;
  log: EventLog;
  folders: Folders;
  signal: AbortSignal;
}

export function buildHost(deps: HostDeps): Host {
  const { settings, folders } = deps;
  const files = buildModelFiles(folders.models, settings);
  const queue = buildPromptQueue();
  const state: Host['state'] = {
    interrupted: false,
    clientId: null,
    lastNode: null,
    unloadModels: false,
    freeMemory: false,
    nextNumber: 0,
  };
  const status = (): object => ({ exec_info: { queue_remaining: queue.remaining() } });
  const hub = buildHub({ settings, log: deps.log, status, running: () => state });
  return {
    ...deps,
    files,
    queue,
    hub,
    state,
    table: buildNodeTable({ settings, files, folders }),
    history: buildHistory(),
    residency: buildResidency(deps),
    cache: buildCache(settings.cache),
    sayStatus: () => hub.send('status', { status: status() }, null),
  };
}
