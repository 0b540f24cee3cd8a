import type { StoredImage } from '@gaze/contracts';
import { GenerationRecord } from '@gaze/contracts';
import { checkImage, readAll, readPngText, sha256Of } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';

export interface StoredAttempt {
  images: StoredImage[];
  record: GenerationRecord;
}

/** A job makes at most this many pictures. */
const most = 64;

/**
 * The pictures that an attempt stored before it could say so. Null where there are none, or not all of them: what is
 * half there is rendered again. A file that does not decode, or carries another attempt's record, does not count.
 */
export async function findStored(
  store: ObjectStore,
  folder: string,
  jobId: string,
  attempt: number,
): Promise<StoredAttempt | null> {
  const prefix = `${folder}/gen_${jobId}_${attempt}_`;
  const { keys } = await store.list(prefix, { limit: most * 2 });
  const found = new Map(keys.map((key) => [ordinalOf(key.slice(prefix.length)), key]));
  const images: StoredImage[] = [];
  let record: GenerationRecord | null = null;
  for (let ordinal = 0; ordinal < (record?.pictures ?? 1); ordinal++) {
    const key = found.get(ordinal);
    const picture = key === undefined ? null : await readPicture(store, key);
    if (picture?.record.job_id !== jobId || picture.record.attempt !== attempt) return null;
    record = picture.record;
    images.push(picture.image);
  }
  return record === null ? null : { images, record };
}

/** The number before `.png`; -1 for sidecars and whatever else lies there. */
function ordinalOf(rest: string): number {
  const match = /^(\d{1,3})\.png$/.exec(rest);
  return match === null ? -1 : Number(match[1]);
}

async function readPicture(
  store: ObjectStore,
  key: string,
): Promise<{ image: StoredImage; record: GenerationRecord } | null> {
  const bytes = await readAll(store, key);
  try {
    const { width, height } = await checkImage(bytes);
    const record = GenerationRecord.parse(JSON.parse(readPngText(bytes).gaze ?? ''));
    return { image: { key, sha256: sha256Of(bytes), bytes: bytes.length, width, height }, record };
  } catch {
    return null;
  }
}
