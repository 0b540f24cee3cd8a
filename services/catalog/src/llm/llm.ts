import type { QueueState } from '../jobs/queue-state.ts';
import type { StreamPlace } from '../jobs/steer.ts';
export interface LlmJobs {
  changed: (jobIds: readonly string[]) => void;
  withdrawn: (messages: readonly StreamPlace[]) => void;
  queueChanged: (state: QueueState) => void;
}
