import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import sharp from 'sharp';
import { viewPath } from '../files/view-path.ts';
import type { Host } from '../host.ts';
import { query } from './replies.ts';

const mimeTypes: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.txt': 'text/plain',
  '.json': 'application/json',
};
/** Never shown inline by NEW: a browser would run them. */
const dangerous = ['.html', '.htm', '.js', '.css', '.svg', '.xml'];

export function viewRoutes(app: FastifyInstance, host: Host): void {
  const { settings, folders, log, faults } = host;

  app.get('/view', async (request, reply) => {
    const asked = query(request);
    const found = viewPath(folders, asked, settings.separators === 'windows');
    const path = 'path' in found && (await isFile(found.path)) ? found.path : null;
    const status = path !== null ? 200 : 'status' in found ? found.status : 404;
    log.add({ type: 'viewed', filename: asked.filename ?? '', subfolder: asked.subfolder ?? '', status });
    if (path === null) return reply.code(status).send();
    const bytes = await readFile(path);
    if (faults.take('truncated_image', ({ how }) => how === 'connection') !== null) {
      return cutInHalf(reply, bytes);
    }
    reply.header('content-disposition', `filename="${basename(path)}"`);
    if (settings.profile === 'NEW') reply.header('x-content-type-options', 'nosniff');
    if (asked.preview !== undefined) return sendPreview(reply, bytes, asked.preview, asked.channel);
    if (asked.channel === 'rgb')
      return reply.type('image/png').send(await sharp(bytes).removeAlpha().png().toBuffer());
    return sendRaw(reply, path, bytes, settings.profile === 'NEW');
  });
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}

async function sendRaw(
  reply: FastifyReply,
  path: string,
  bytes: Buffer,
  isNew: boolean,
): Promise<FastifyReply> {
  const extension = extname(path).toLowerCase();
  const { mtime } = await stat(path);
  reply.header('last-modified', mtime.toUTCString());
  reply.header('etag', `"${createHash('sha256').update(bytes).digest('hex').slice(0, 24)}"`);
  if (isNew && dangerous.includes(extension)) {
    reply.header('content-disposition', `attachment; filename="${basename(path)}"`);
    return reply.type('application/octet-stream').send(bytes);
  }
  return reply.type(mimeTypes[extension] ?? 'application/octet-stream').send(bytes);
}

/** `preview=webp;90`: another format means webp, a missing or strange quality 90. Throws (500) for what is no picture. */
async function sendPreview(
  reply: FastifyReply,
  bytes: Buffer,
  preview: string,
  channel: string | undefined,
): Promise<FastifyReply> {
  const parts = preview.split(';');
  const last = parts.at(-1) ?? '';
  const quality = /^\d+$/.test(last) ? Math.min(100, Math.max(1, Number(last))) : 90;
  const isJpeg = parts[0] === 'jpeg' && channel?.includes('a') !== true;
  const image = isJpeg || channel === 'rgb' ? sharp(bytes).removeAlpha() : sharp(bytes);
  const encoded = isJpeg ? image.jpeg({ quality }) : image.webp({ quality });
  return reply.type(isJpeg ? 'image/jpeg' : 'image/webp').send(await encoded.toBuffer());
}

/** Promises the whole length, sends half and breaks the connection. */
function cutInHalf(reply: FastifyReply, bytes: Buffer): FastifyReply {
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length });
  reply.raw.write(bytes.subarray(0, bytes.length >> 1), () => reply.raw.destroy());
  return reply;
}
