import type { StandIn } from '@gaze/comfyui-stand-in';
import { connectNats } from '@gaze/runtime';
import { testLog } from '@gaze/testing';
import { holdHost } from '../../src/host/held-host.ts';
import { buildSweeper } from '../../src/host/sweep.ts';
import { usualLimits } from '../../src/limits.ts';
import { buildLedger } from '../../src/run/ledger.ts';
import type { Workshop } from './workshop.ts';

/** Sweeps a host once, as its holder does every half minute. */
export async function sweepNow(shop: Workshop, standIn: StandIn): Promise<number> {
  const nats = await connectNats({ url: shop.nats.url, name: 'sweeper', log: testLog() });
  const host = holdHost(
    { host_id: 'a', name: standIn.name, url: standIn.url, epoch: 1 },
    {
      nc: nats.nc,
      log: testLog(),
      limits: usualLimits,
      now: () => performance.now(),
      onChange: () => undefined,
      onHung: () => undefined,
    },
  );
  try {
    const deps = { ledger: buildLedger(nats.nc), now: () => performance.now(), log: testLog() };
    return await buildSweeper(host, deps).sweep();
  } finally {
    host.close();
    await nats.close();
  }
}
