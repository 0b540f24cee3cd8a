import type { Scope } from '@gaze/contracts';

/** Who asks. */
export interface Principal {
  /** Unique among keys and sessions. */
  id: string;
  name: string;
  scopes: readonly Scope[];
  by: 'session' | 'key';
}
