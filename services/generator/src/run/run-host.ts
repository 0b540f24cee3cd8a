import type { HostCapabilities, Prompts, Snapshot, Workflow } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import type { ComfyClient } from '../comfy/client.ts';
import type { Followed } from './follow.ts';
import type { Ledger } from './ledger.ts';
import type { PictureStore } from './store-pictures.ts';

/** What one job needs of the host that it runs on. */
export interface RunHost {
  id: string;
  name: string;
  epoch: number;
  client: ComfyClient;
  clientId: () => string;
  capabilities: () => Promise<HostCapabilities>;
  /** Learned time of a model load, in milliseconds. */
  loadMs: () => number;
  pollMs: () => number;
  checkpointLoaded: (checkpoint: string, loras: string[]) => void;
  /** Follows the socket's word on a prompt until `stop`. */
  watch: (job: WatchedJob) => { followed: Followed; stop: () => void };
  /** The file lists are stale: the host refused what they promised. */
  forgetCapabilities: () => void;
}

export interface WatchedJob {
  jobId: string;
  attempt: number;
  promptId: string;
  graph: Workflow;
  steps: number;
}

export interface RunDeps {
  replica: string;
  ledger: Ledger;
  pictures: PictureStore;
  now: () => number;
  log: Log;
}

/** `ack`: the ledger knows all there is to know. `later`: somebody else, or this one again, shall try. */
export type RunOutcome = { type: 'ack' } | { type: 'later'; delayMs: number };

/** An attempt as the ledger handed it out. */
export interface StartedJob {
  id: string;
  attempt: number;
  snapshot: Snapshot;
  template: Workflow;
  earlier_prompt_ids: string[];
  folder: string;
  queued_seconds: number;
  front: boolean;
}

/** A job's graph for one host, and what it ended up using. */
export interface Wired {
  graph: Workflow;
  notes: string[];
  loras: { name: string; weight: number }[];
  checkpoint: string;
}
