import type { HostCapabilities, Snapshot, Workflow } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import type { ComfyClient } from '../comfy/client.ts';
import type { CrashPoints } from './crash-points.ts';
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
  /** The file lists are stale: the host refused what they promised. */
  forgetCapabilities: () => void;
  /** How long a prompt may make no step, and how long one may that nobody hears, in milliseconds. */
  patience: (checkpoint: string) => { hangMs: number; deafMs: number };
  silentMs: number;
  pollMs: () => number;
  /** One at a time on this host, in the order of the calls. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** Listens to a prompt until `stop`. Called before the post: a host may speak of a prompt before it answers. */
  watch: (prompt: WatchedPrompt) => Watch;
  /** The prompt is on the host: from now on it can be withdrawn. */
  placed: (jobId: string) => void;
  /** A prompt makes no step any more and keeps the host from everything else. */
  hung: (promptId: string) => Promise<void>;
}

export interface WatchedPrompt {
  jobId: string;
  attempt: number;
  promptId: string;
  /** Client id under which it was posted; null for one that was taken over, of which nothing is heard. */
  clientId: string | null;
  graph: Workflow;
  checkpoint: string;
  loras: string[];
}

export interface Watch {
  followed: Followed;
  /** Monotonic milliseconds at which the host began with it; null where nobody heard that. */
  startedMs: () => number | null;
  stop: () => void;
}

export interface RunDeps {
  replica: string;
  ledger: Ledger;
  pictures: PictureStore;
  crash: CrashPoints;
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
  /** Id under which it is posted where there is nothing to take over. */
  promptId: string;
  /** That id is on record already. */
  recorded?: boolean | undefined;
  /** When the ledger was asked, in monotonic milliseconds. */
  askedMs: number;
}

/** A job's graph for one host, and what it ended up using. */
export interface Wired {
  graph: Workflow;
  notes: string[];
  loras: { name: string; weight: number }[];
  checkpoint: string;
}
