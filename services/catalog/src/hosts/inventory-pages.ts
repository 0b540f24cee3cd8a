import type { hostRpc } from '@gaze/contracts';
import type { z } from 'zod';
import type { HostFile } from './host-store.ts';

type Page = z.output<typeof hostRpc.inventory.input>;

/** Collects the pages of inventories. Pages of another reading, or out of order, begin anew. */
export interface InventoryPages {
  /** The whole inventory once its last page is there, else null. */
  take: (page: Page) => HostFile[] | null;
}

export function buildInventoryPages(): InventoryPages {
  const open = new Map<string, { fingerprint: string; pages: number; files: HostFile[] }>();
  return {
    take(page) {
      const begun =
        page.page === 0 ? { fingerprint: page.fingerprint, pages: 0, files: [] } : open.get(page.host_id);
      if (begun?.fingerprint !== page.fingerprint || begun.pages !== page.page) {
        open.delete(page.host_id);
        return null;
      }
      begun.files.push(...page.files);
      begun.pages++;
      if (!page.last) {
        open.set(page.host_id, begun);
        return null;
      }
      open.delete(page.host_id);
      return begun.files;
    },
  };
}
