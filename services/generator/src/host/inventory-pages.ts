import { hostRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import type { NatsConnection } from '@gaze/runtime';
import type { HeldHost } from './held-host.ts';

/** Well below what the bus takes at once. */
const perPage = 1000;

/** Tells the catalog what a host has, in pages; the last one makes them count. */
export async function sendInventory(nc: NatsConnection, host: HeldHost): Promise<void> {
  const inventory = host.inventory();
  if (inventory === null) return;
  const { host_id, epoch } = host.assignment;
  const pages = Math.max(1, Math.ceil(inventory.files.length / perPage));
  for (let page = 0; page < pages; page++) {
    await callRpc(nc, hostRpc.inventory, {
      host_id,
      epoch,
      fingerprint: inventory.fingerprint,
      page,
      last: page === pages - 1,
      files: inventory.files.slice(page * perPage, (page + 1) * perPage),
    });
  }
}
