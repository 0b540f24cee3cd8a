import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@gaze/client';
import type { ImageView } from '@gaze/contracts';
import sharp from 'sharp';
import { expect } from './stack.ts';

/** A character of its own with rendered pictures, so that no other test counts or changes them. */
export async function renderedPictures(client: Client, slug: string, count: number): Promise<ImageView[]> {
  const name = slug.replaceAll('_', ' ');
  await client.editing.create('characters', {
    id: slug,
    data: {
      character_id: slug,
      character_name: name,
      identity: { base_specs: '1girl', hair: `${name} hair` },
      tags: { origin_series: 'Made up', nsfw: false },
    },
  });
  const { batch_id: batch } = await client.entities.generate('characters', slug, { count });
  await expect.poll(async () => (await client.batches.get(batch)).finished, { timeout: 80_000 }).toBe(true);
  return (await client.images.list({ category: 'characters', slug })).items;
}

const perDay = 8;

/** Pictures put into the store by hand, a few for every day back from today; their files say when they were made. */
export async function pictureFiles(
  { uploadsDir, client }: { uploadsDir: string; client: Client },
  slug: string,
  days: number,
): Promise<void> {
  const folder = path.join(uploadsDir, 'characters', slug);
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < days * perDay; i++) {
    const file = path.join(folder, `by_hand_${i}.png`);
    const background = { r: i % 256, g: (i * 7) % 256, b: Math.floor(i / 256) * 40 };
    await writeFile(
      file,
      await sharp({ create: { width: 48, height: 64, channels: 3, background } })
        .png()
        .toBuffer(),
    );
    const noon = new Date();
    noon.setHours(12, 0, 0, 0);
    const made = new Date(noon.getTime() - Math.floor(i / perDay) * 86_400_000 - (i % perDay) * 1000);
    await utimes(file, made, made);
  }
  await client.images.rescan();
}
