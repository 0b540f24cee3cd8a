import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import type { CategoryName } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { thumbnail } from '@gaze/media';

/** The data folder of a test. */
export interface DataFolder {
  path: string;
  /** Writes an entity's file; text goes in as it is. */
  put: (category: CategoryName, filename: string, content: object | string | Buffer) => Promise<void>;
  remove: (category: CategoryName, filename: string) => Promise<void>;
  file: (category: CategoryName, filename: string) => string;
}

export function dataFolder(root: string): DataFolder {
  const file = (category: CategoryName, filename: string): string =>
    path.join(root, categories[category].folder, filename);
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
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(side * 3, Buffer.from([red, 80, 40]))]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // Eight bits a channel, red, green and blue.
  header.set([8, 2], 8);
  const pixels = deflateSync(Buffer.concat(Array<Buffer>(side).fill(row)));
  const png = Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    ...[chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))],
  ]);
  return format === 'png' ? png : thumbnail(png, { width: side });
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
