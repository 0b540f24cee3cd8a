import type { Say } from './say.ts';
import type { LaunchSettings } from './settings.ts';

/** What every step of a start needs. */
export interface LaunchContext {
  settings: LaunchSettings;
  env: NodeJS.ProcessEnv;
  say: Say;
  /** Ends a start that is under way: what has started stops again, and `launch` rejects. */
  stop: AbortSignal;
  /** Ends every process at once, whatever is under way. */
  force: AbortSignal;
}
