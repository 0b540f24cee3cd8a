import { createHash, randomUUID } from 'node:crypto';
import type { CategoryName, GenerationRecord, ImageView, StoredImage } from '@gaze/contracts';
import { Recipe } from '@gaze/contracts';
import { insertPngText } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import type { Db } from '../../src/db/connect.ts';
import type { Images } from '../../src/images/images.ts';
import { picture } from './files.ts';

export function generationRecord(more: Partial<GenerationRecord> = {}): GenerationRecord {
  return {
    ...{
      version: 1,
      job_id: randomUUID(),
      attempt: 1,
      created_at: new Date().toISOString(),
      owner: null,
      recipe: Recipe.parse({}),
    },
    prompts: { main: 'a lantern', face: '', hand: '', negative: 'blurry' },
    ...{
      seed: 42,
      width: 64,
      height: 64,
      checkpoint: 'Illustrious/paper.safetensors',
      loras: [],
      entities: [],
    },
    template: { name: 'default', hash: 'h' },
    host: { id: 'abc', name: 'studio' },
    seconds: { queued: 1, rendering: 2 },
    notes: [],
    ...more,
  };
}

/** Stores a picture as a generator does, its record inside. */
export async function storePicture(
  store: ObjectStore,
  key: string,
  record: GenerationRecord,
): Promise<StoredImage> {
  const bytes = insertPngText(await picture('png', 64, Math.floor(Math.random() * 256)), {
    gaze: JSON.stringify(record),
  });
  await store.put(key, bytes);
  return {
    key,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    width: 64,
    height: 64,
  };
}

/** A finished job's pictures, as the ledger hands them over. */
export async function completeJob(
  on: { db: Db; store: ObjectStore; images: Images },
  options: {
    owner?: { category: CategoryName; slug: string };
    count?: number;
    isNsfw?: boolean;
    record?: Partial<GenerationRecord>;
  } = {},
): Promise<{ jobId: string; views: ImageView[] }> {
  const record = generationRecord({ owner: options.owner ?? null, ...options.record });
  const folder =
    options.owner === undefined ? 'generator/mix' : `${options.owner.category}/${options.owner.slug}`;
  const stored: StoredImage[] = [];
  for (let i = 0; i < (options.count ?? 1); i++)
    stored.push(await storePicture(on.store, `${folder}/gen_${record.job_id}_1_${i}.png`, record));
  const job = {
    jobId: record.job_id,
    attempt: 1,
    owner: options.owner ?? null,
    isNsfw: options.isNsfw ?? false,
    record,
  };
  const views = await on.db.transaction().execute((trx) => on.images.insertFromCompletion(trx, job, stored));
  return { jobId: record.job_id, views };
}
