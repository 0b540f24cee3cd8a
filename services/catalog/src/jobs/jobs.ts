import type { ObjectStore } from '@gaze/media';
import type { EntityLoader } from '@gaze/domain';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { Hosts } from '../hosts/hosts.ts';
import type { Images } from '../images/images.ts';
import type { Template } from '../library/template.ts';

export interface JobsDeps {
  db: Db;
  nc: NatsConnection;
  store: ObjectStore;
  events: Events;
  images: Images;
  /** The entities that a recipe names. */
  loader: EntityLoader;
  templateFor: (checkpointData: Record<string, unknown>) => Promise<Template>;
  defaultCheckpoint: () => Promise<string | null>;
  hosts: Hosts;
  log: Log;
}

/** The ledger, the scheduler and all that steers them. */
export interface Jobs {
  /** Loads the open work, makes the streams and begins to place. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

export function buildJobs(_deps: JobsDeps): Jobs {
  throw new Error('under construction');
}
