import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { isFolderType } from '../files/folders.ts';
import { isInside } from '../files/view-path.ts';
import type { Host } from '../host.ts';
import { sendEmpty, sendJson } from './replies.ts';

interface Upload {
  bytes: Buffer;
  filename: string;
  fields: Record<string, string>;
}

export function uploadRoutes(app: FastifyInstance, host: Host): void {
  app.post('/upload/image', async (request, reply) => {
    if (!request.isMultipart()) return sendEmpty(reply, 400);
    const upload = await readUpload(request.parts());
    if (upload === null || upload.filename === '') return sendEmpty(reply, 400);
    const type = upload.fields.type ?? 'input';
    if (!isFolderType(type)) throw new Error(`there is no folder ${type}`);
    const base = host.folders[type];
    const subfolder = upload.fields.subfolder ?? '';
    const folder = resolve(base, subfolder);
    const isEscape = !isInside(base, folder) || basename(upload.filename) !== upload.filename;
    if (isEscape || upload.filename.startsWith('..')) return sendEmpty(reply, 400);
    mkdirSync(folder, { recursive: true });
    const overwrite = ['true', '1'].includes(upload.fields.overwrite ?? '');
    const name = overwrite ? upload.filename : freeName(folder, upload);
    await writeFile(join(folder, name), upload.bytes);
    return sendJson(reply, { name, subfolder, type });
  });
}

async function readUpload(
  parts: AsyncIterableIterator<MultipartFile | { type: 'field'; fieldname: string; value: unknown }>,
): Promise<Upload | null> {
  let upload: Omit<Upload, 'fields'> | null = null;
  const fields: Record<string, string> = {};
  for await (const part of parts) {
    if (part.type === 'field') {
      fields[part.fieldname] = typeof part.value === 'string' ? part.value : '';
      continue;
    }
    const bytes = await part.toBuffer();
    if (part.fieldname === 'image') upload = { bytes, filename: part.filename };
  }
  return upload === null ? null : { ...upload, fields };
}

/** The name itself, or `name (1).ext` where another file has it; the same content keeps its name. */
function freeName(folder: string, { filename, bytes }: Upload): string {
  const extension = extname(filename);
  const stem = filename.slice(0, filename.length - extension.length);
  for (let copy = 0; ; copy += 1) {
    const name = copy === 0 ? filename : `${stem} (${copy})${extension}`;
    const path = join(folder, name);
    const isTaken = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    if (!isTaken || readFileSync(path).equals(bytes)) return name;
  }
}
