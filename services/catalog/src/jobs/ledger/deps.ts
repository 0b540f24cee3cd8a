import type { Log } from '@gaze/runtime';
import type { Workflow } from '@gaze/contracts';
import type { Db, DbOrTrx } from '../../db/connect.ts';
import type { Events } from '../../events/events.ts';
import type { Hosts } from '../../hosts/hosts.ts';
import type { Images } from '../../images/images.ts';
import type { TellJobs } from '../tell.ts';

export interface LedgerDeps {
  db: Db;
  events: Events;
  images: Images;
  hosts: Hosts;
  tell: TellJobs;
  /** The same a moment later, for changes on the way to the host. */
  tellLater: (jobIds: readonly string[]) => void;
  /** Workflow templates by hash, which never change. */
  template: (db: DbOrTrx, hash: string | null) => Promise<Workflow>;
  /** False where it is certain that a job had no attempt yet. */
  mayHaveAttempts: (jobId: string) => boolean;
  /** Jobs have changed: called after the commit, so that the scheduler looks at once. */
  changed: (jobIds: readonly string[]) => void;
  /** An attempt ended on a host: what it took teaches how long the next one will. */
  ended: (jobId: string, hostId: string, how: 'done' | 'failed') => void;
  /** Nothing can be stored: no further work is given out until it can. */
  pauseForStorage: (reason: string) => Promise<void>;
  log: Log;
}
