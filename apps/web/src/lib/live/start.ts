import { checkpoints } from './checkpoints.svelte.ts';
import { counts } from './counts.svelte.ts';
import { drafts } from './drafts.svelte.ts';
import { hosts } from './hosts.svelte.ts';
import { jobs } from './jobs.svelte.ts';
import { live } from './live.svelte.ts';
import { queues } from './queues.svelte.ts';
import { speeds } from './speed.svelte.ts';
import { settings } from './settings.svelte.ts';

/** Opens the socket and fills what every page shows. Called once, by the root layout. */
export function startLive(): void {
  for (const store of [settings, queues, jobs, hosts, counts, checkpoints, speeds, drafts]) store.start();
  live.start();
}
