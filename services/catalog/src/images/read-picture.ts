import { createHash, randomUUID } from 'node:crypto';
import { Sidecar } from '@gaze/contracts';
import type { GenerationRecord, PictureMetadata } from '@gaze/contracts';
import { GazeMediaError, readAll, readImageHeader, readOrigin, readPngText, sha256Of } from '@gaze/media';
import type { ObjectEntry, ObjectStore } from '@gaze/media';
import type { NewImage } from './rows.ts';
import { jobOfKey, ownerOfKey } from './placing.ts';

/** A larger file is no picture of a sampler, and would fill the memory. */
const maxBytes = 128 * 1024 * 1024;

export interface PictureFile {
  sha256: string;
  bytes: number;
  width: number;
  height: number;
  generation: GenerationRecord | null;
  metadata: PictureMetadata | null;
}

/** Reads a picture and what it says of itself. @throws GazeMediaError image_invalid, not_found, or of the store */
export async function readPicture(store: ObjectStore, key: string, size: number): Promise<PictureFile> {
  if (size > maxBytes) throw new GazeMediaError('image_invalid', 'The file is larger than 128 MB.');
  const bytes = await readAll(store, key);
  const { format, width, height } = await readImageHeader(bytes);
  const origin = readOrigin(format === 'png' ? readPngText(bytes) : {});
  return { sha256: sha256Of(bytes), bytes: bytes.length, width, height, ...origin };
}

export interface ReadSidecar {
  isFavourite: boolean;
  /** Null: it says nothing of it. */
  isNsfw: boolean | null;
  rating: number | null;
  generation: GenerationRecord | null;
  etag: string;
  raw: Record<string, unknown>;
}

/** What lies beside a picture; null where nothing does, or nothing that can be read. */
export async function readSidecar(store: ObjectStore, key: string): Promise<ReadSidecar | null> {
  try {
    const { etag } = await store.stat(key);
    const parsed: unknown = JSON.parse((await readAll(store, key)).toString('utf8').replace(/^\uFEFF/, ''));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
    const raw = parsed as Record<string, unknown>;
    const { shape } = Sidecar;
    return {
      isFavourite: shape.is_favourite.safeParse(raw.is_favourite).data ?? false,
      isNsfw: Object.hasOwn(raw, 'is_nsfw') ? (shape.is_nsfw.safeParse(raw.is_nsfw).data ?? null) : null,
      rating: shape.rating.safeParse(raw.rating).data ?? null,
      generation: shape.generation.safeParse(raw.generation).data ?? null,
      etag,
      raw,
    };
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof GazeMediaError && error.code === 'not_found'))
      return null;
    throw error;
  }
}

/**
 * The row that files alone give: what the database forgot, or never knew. The folder says whose it is; the sidecar's
 * flags and record count before those of the PNG, because people and GAZE write there later.
 */
export function imageFromFiles(
  entry: Pick<ObjectEntry, 'key' | 'etag' | 'modified'>,
  picture: PictureFile,
  sidecar: ReadSidecar | null,
  ownerIsNsfw: boolean,
): NewImage {
  const record = sidecar?.generation ?? picture.generation;
  const job = jobOfKey(entry.key);
  const isOfJob = job !== null && record !== null && job.jobId === record.job_id;
  const made = record === null ? entry.modified : new Date(record.created_at);
  return {
    id: isOfJob ? `${job.jobId}-${job.attempt}-${job.ordinal}` : idOfKey(entry.key),
    key: entry.key,
    ...{ sha256: picture.sha256, bytes: picture.bytes, width: picture.width, height: picture.height },
    owner: ownerOfKey(entry.key),
    jobId: isOfJob ? job.jobId : null,
    attempt: isOfJob ? job.attempt : null,
    ordinal: isOfJob ? job.ordinal : 0,
    isFavourite: sidecar?.isFavourite ?? false,
    isNsfw: sidecar?.isNsfw ?? ownerIsNsfw,
    rating: sidecar?.rating ?? null,
    record,
    metadata: record === null ? picture.metadata : null,
    // Nothing is due: the files say it all. A sidecar of our own is written when somebody changes something.
    sidecarWritten: true,
    fileEtag: entry.etag,
    sidecarEtag: sidecar?.etag ?? null,
    createdAt: Number.isNaN(made.getTime()) ? entry.modified : made,
  };
}

/** The same file gets the same id again after the loss of the database. */
const idOfKey = (key: string): string => `f${createHash('sha256').update(key).digest('hex').slice(0, 31)}`;

export const freshId = (): string => `f${randomUUID().replaceAll('-', '').slice(0, 31)}`;
