import type { Log } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { FolderLock } from '../library/folder-lock.ts';

/** Where model files lie on this machine, for those who may move them. Unset: GAZE does not know. */
export interface ModelRoots {
  lora?: string | undefined;
  checkpoint?: string | undefined;
}

/** The steps of a write, in their order, as tests stop or disturb it at. */
export const writeSteps = [
  'checked',
  'pending',
  'linked',
  'written',
  'compared',
  'renamed',
  'synced',
  'verified',
  'committed',
] as const;
export type WriteStep = (typeof writeSteps)[number];

export interface WriteDeps {
  db: Db;
  dataDir: string;
  events: Events;
  lock: FolderLock;
  modelRoots: ModelRoots;
  log: Log;
  /** Called after each step of a write; tests edit the file there, or never go on. */
  onStep?: ((step: WriteStep) => Promise<void>) | undefined;
}
