import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryName } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import sharp from 'sharp';

/** The data folder of a test. */
export interface DataFolder {
  path: string;
  /** Writes an entity's file; text goes in as it is. */
  put: (category: CategoryName, filename: string, content: object | string | Buffer) => Promise<void>;
  remove: (category: CategoryName, filename: string) => Promise<void>;
  file: (category: CategoryName, filename: string) => string;
}

export function dataFolder(root: string): DataFolder {
  const file = (category: CategoryName, filename: string): string => path.join(root, categories[category].folder, filename);
  return {
    path: root,
    file,
    async put(category, filename, content) {
      await mkdir(path.dirname(file(category, filename)), { recursive: true });
      const plain = typeof content === 'string' || Buffer.isBuffer(content);
      await writeFile(file(category, filename), plain ? content : `${JSON.stringify(content, null, 2)}\n`);
    },
    remove: (category, filename) => rm(file(category, filename)),
  };
}

/** A small picture of one colour. */
export async function picture(format: 'png' | 'webp', side = 64, red = 120): Promise<Buffer> {
  const image = sharp({ create: { width: side, height: side, channels: 3, background: { r: red, g: 80, b: 40 } } });
  return format === 'png' ? image.png().toBuffer() : image.webp().toBuffer();
}
