import type { LlmLimitChoice, LlmProviderSetting, LlmReview } from '@gaze/contracts';
import { llmControlName } from '@gaze/contracts';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import type { WriteDeps } from '../editing/deps.ts';
import type { Events } from '../events/events.ts';
import type { Liveness } from '../hosts/liveness.ts';
import type { Images } from '../images/images.ts';
import type { TellJobs } from '../jobs/tell.ts';
import type { Landing } from './landing.ts';

/** What stands in the place of a host: the subject on which every worker hears of cancels. */
export const llmHost = { id: llmControlName, name: 'Language model' } as const;

export interface LlmDeps {
  db: Db;
  nc: NatsConnection;
  events: Events;
  images: Images;
  /** What writers of the library's files get. */
  writing: WriteDeps;
  /** What becomes of a result for one entry where nobody says. */
  review: () => Promise<LlmReview>;
  /** What Settings say of the model and of what a job may cost. */
  provider: () => Promise<{ provider: LlmProviderSetting | null; limits: LlmLimitChoice }>;
  /** A worker's tool servers are as this mark says; gives the mark of those in Settings. */
  noteTools: (replica: string, tools: string | undefined) => Promise<string>;
  log: Log;
}

/** The ledger of LLM jobs: the same with what its parts share. */
export interface LlmLedgerDeps extends LlmDeps {
  tell: TellJobs;
  liveness: Pick<Liveness, 'attemptHeard' | 'attemptSilentMs' | 'forgetAttempt'>;
  landing: Landing;
  /** Jobs have changed: called after the commit. */
  changed: (jobIds: readonly string[]) => void;
}
