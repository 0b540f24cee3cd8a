import { join } from 'node:path';

/**
 * Where an engine of our own and programs built for tests lie. They stay for the next run, which then takes minutes
 * less; deleting the folder costs that and nothing else.
 */
export function containersHome(env: NodeJS.ProcessEnv): string {
  return env.GAZE_CONTAINERS_DIR ?? join('/var/tmp', 'gaze-containers');
}
