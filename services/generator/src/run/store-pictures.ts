import { createHash } from 'node:crypto';
import type { GenerationRecord, StoredImage } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import type { ObjectStore } from '@gaze/media';
import { checkImage, insertPngText } from '@gaze/media';

export interface PictureStore {
  /** Checks the bytes, writes the record into them and stores them; answers what the ledger wants to know. */
  store: (key: string, bytes: Buffer, record: GenerationRecord, hostName: string) => Promise<StoredImage>;
  /** Removes what a refused completion left. Failing to is no reason to fail: the sweeper comes by. */
  discard: (keys: string[]) => Promise<void>;
}

/** Name of the PNG text chunk that holds the generation record, beside ComfyUI's own `prompt`. */
const recordChunk = 'gaze';

export function buildPictureStore(store: ObjectStore, log: Log): PictureStore {
  return {
    async store(key, bytes, record, hostName) {
      const image = await checkImage(bytes);
      if (image.format !== 'png') {
        throw new GazeError(
          'image_invalid',
          `${hostName} sent a ${image.format} picture where a PNG was expected.`,
        );
      }
      const withRecord = insertPngText(bytes, { [recordChunk]: JSON.stringify(record) });
      await store.put(key, withRecord, { contentType: 'image/png' });
      return {
        key,
        sha256: createHash('sha256').update(withRecord).digest('hex'),
        bytes: withRecord.length,
        width: image.width,
        height: image.height,
      };
    },
    async discard(keys) {
      for (const key of keys) {
        await store
          .delete(key)
          .catch((error: unknown) => log.warn({ err: error, key }, 'a refused picture could not be removed'));
      }
    },
  };
}
