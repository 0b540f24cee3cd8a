import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes LoRA files that are nothing but their header; answers their names as entries give them. */
export async function writeLoras(
  root: string,
  folder: string,
  stems: readonly string[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const names = stems.map((stem) => `${folder}${stem}.safetensors`);
  for (const name of names) {
    // The name goes into the header, so that no two files look like one that was renamed.
    const header = Buffer.from(JSON.stringify({ __metadata__: { ss_output_name: name, ...metadata } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const file = join(root, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, Buffer.concat([length, header]));
  }
  return names;
}
