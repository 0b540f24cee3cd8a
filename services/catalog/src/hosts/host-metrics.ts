import { Gauge, metrics } from '@gaze/runtime';
import type { DbOrTrx } from '../db/connect.ts';
import { hostViews } from './views.ts';

const states = ['unknown', 'up', 'down', 'disabled'] as const;

const hostState = new Gauge({
  name: 'gaze_host_state',
  help: '1 for the state that a ComfyUI host is in, 0 for the others',
  labelNames: ['host', 'state'],
  registers: [metrics],
});
const hostWork = new Gauge({
  name: 'gaze_host_jobs',
  help: 'Jobs that lie on a ComfyUI host, the running one among them',
  labelNames: ['host'],
  registers: [metrics],
});

/** Reads the state of all hosts into the metrics of this process; hosts that are gone go from there too. */
export async function measureHosts(db: DbOrTrx): Promise<void> {
  const views = await hostViews(db);
  hostState.reset();
  hostWork.reset();
  for (const view of views) {
    for (const state of states) hostState.set({ host: view.name, state }, view.state === state ? 1 : 0);
    hostWork.set({ host: view.name }, view.running + view.prefetched);
  }
}
