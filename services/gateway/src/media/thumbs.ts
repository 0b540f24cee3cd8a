import { readAll, sha256Of, sniffImage, thumbKey, thumbnail } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { GazeError } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';

export interface Thumbs {
  /**
   * The WebP bytes of a thumbnail, made and stored where it is not there yet.
   * @param key where the original lies; needed only when the thumbnail has to be made
   * @throws GazeError not_found without an original of that content
   */
  get: (sha256: string, width: number, key: string | undefined) => Promise<Buffer>;
}

/** A larger file is not read into memory for the sake of a thumbnail. */
const maxOriginalBytes = 64 * 1024 * 1024;

export function buildThumbs({ store, log }: { store: ObjectStore; log: Log }): Thumbs {
  /** A grid asks for the same thumbnail in several tabs at once; one of them makes it. */
  const underWay = new Map<string, Promise<Buffer>>();

  async function stored(at: string): Promise<Buffer | null> {
    return (await store.exists(at)) ? readAll(store, at) : null;
  }

  async function make(sha256: string, width: number, key: string): Promise<Buffer> {
    const { bytes: size } = await store.stat(key);
    if (size > maxOriginalBytes)
      throw new GazeError('image_invalid', 'The picture is too large for a thumbnail.');
    const original = await readAll(store, key);
    if (sha256Of(original) !== sha256 || sniffImage(original) === null) {
      throw new GazeError('not_found', 'There is no picture with this content at that key.');
    }
    return thumbnail(original, { width });
  }

  async function find(sha256: string, width: number, key: string | undefined): Promise<Buffer> {
    const at = thumbKey(sha256, width);
    const found = await stored(at);
    if (found !== null) return found;
    if (key === undefined)
      throw new GazeError('not_found', 'This thumbnail has not been made yet; name its original as `key`.');
    const made = await make(sha256, width, key);
    await store.put(at, made, { contentType: 'image/webp' }).catch((error: unknown) => {
      // It can be shown all the same, and is made again next time.
      log.warn({ err: error, key: at }, 'a thumbnail could not be stored');
    });
    return made;
  }

  return {
    get(sha256, width, key) {
      // The key is part of the question: a wrong one must not fail those who ask with the right one.
      const id = JSON.stringify([sha256, width, key]);
      const running = underWay.get(id);
      if (running !== undefined) return running;
      const made = find(sha256, width, key).finally(() => underWay.delete(id));
      underWay.set(id, made);
      return made;
    },
  };
}
