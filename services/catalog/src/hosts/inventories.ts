import type { hostRpc } from '@gaze/contracts';
import type { z } from 'zod';
import type { Db } from '../db/connect.ts';
import type { HostBook } from './host-book.ts';
import { placingKeys, replaceFiles } from './host-store.ts';
import { buildInventoryPages } from './inventory-pages.ts';

/** Takes the file lists of hosts from their holders, page by page. */
export function buildInventories(deps: { db: Db; book: HostBook; changed: () => void }) {
  const { db, book } = deps;
  const pages = buildInventoryPages();
  return {
    async take(page: z.output<typeof hostRpc.inventory.input>): Promise<Record<string, never>> {
      if (book.row(page.host_id)?.epoch !== page.epoch) return {};
      const files = pages.take(page);
      if (files === null) return {};
      const taken = await db
        .transaction()
        .execute((trx) => replaceFiles(trx, page.host_id, page.epoch, page.fingerprint, files));
      if (!taken) return {};
      book.putFiles(page.host_id, page.fingerprint, placingKeys(files));
      deps.changed();
      return {};
    },
  };
}
