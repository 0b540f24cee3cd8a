import { randomBytes } from 'node:crypto';
import type { ObjectStore } from '@gaze/media';

/** About as much as a few pictures: a disk with room for a byte and no more is still full. */
const probeBytes = 8 * 1024 * 1024;

/** Whether pictures can be stored: writes something of their size and takes it away again. */
export async function storeWorks(store: ObjectStore): Promise<boolean> {
  const key = `.staging/probe-${randomBytes(6).toString('hex')}`;
  try {
    await store.prepare();
    await store.put(key, Buffer.alloc(probeBytes), { contentType: 'application/octet-stream' });
    return true;
  } catch {
    return false;
  } finally {
    await store.delete(key).catch(() => undefined);
  }
}
