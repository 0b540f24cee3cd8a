import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { GazeMediaError } from './errors.ts';

export type ImageFormat = 'png' | 'jpeg' | 'webp';

/** More pixels than any sampler makes; a decode beyond it is a bomb. */
const maxPixels = 64 * 1024 * 1024;

/** The format by its first bytes, whatever the name says; null for what GAZE does not show. */
export function sniffImage(bytes: Buffer): ImageFormat | null {
  if (bytes.length < 12) return null;
  if (bytes.readUInt32BE(0) === 0x89504e47 && bytes.readUInt32BE(4) === 0x0d0a1a0a) return 'png';
  if (bytes.readUInt16BE(0) === 0xffd8 && bytes[2] === 0xff) return 'jpeg';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'webp';
  return null;
}

export const contentTypes: Readonly<Record<ImageFormat, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};

/**
 * Decodes every pixel once. A cut-off, broken or oversized picture is refused, and so is anything that is no picture.
 * @throws GazeMediaError image_invalid
 */
export async function checkImage(
  bytes: Buffer,
): Promise<{ format: ImageFormat; width: number; height: number }> {
  const format = sniffImage(bytes);
  if (format === null) throw new GazeMediaError('image_invalid', 'This is not a PNG, JPEG or WebP picture.');
  try {
    const { info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'warning' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { format, width: info.width, height: info.height };
  } catch (error) {
    throw new GazeMediaError('image_invalid', 'The picture is broken or cut off.', error);
  }
}

/**
 * Format and size by the header alone: no pixel is decoded, so that thousands of files can be looked through.
 * @throws GazeMediaError image_invalid for what is no picture, or has too many pixels
 */
export async function readImageHeader(
  bytes: Buffer,
): Promise<{ format: ImageFormat; width: number; height: number }> {
  const format = sniffImage(bytes);
  if (format === null) throw new GazeMediaError('image_invalid', 'This is not a PNG, JPEG or WebP picture.');
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: maxPixels }).metadata();
    if (width * height > maxPixels) throw new Error(`${width} × ${height} pixels`);
    return { format, width, height };
  } catch (error) {
    throw new GazeMediaError(
      'image_invalid',
      'The picture is broken, or has more than 64 million pixels.',
      error,
    );
  }
}

const thumbQuality = 75;
let turn: Promise<unknown> = Promise.resolve();

/** A WebP thumbnail of at most `width` pixels across. One large decode at a time: memory, not processors, is what runs out. */
export function thumbnail(bytes: Buffer, options: { width: number }): Promise<Buffer> {
  const made = turn.then(() =>
    sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' })
      .rotate()
      .resize({ width: options.width, withoutEnlargement: true })
      .webp({ quality: thumbQuality })
      .toBuffer()
      .catch((error: unknown) =>
        Promise.reject(new GazeMediaError('image_invalid', 'The picture is broken or cut off.', error)),
      ),
  );
  turn = made.catch(() => undefined);
  return made;
}

/** Where the thumbnail of some content lies: by the content's hash, so that it never has to be thrown away. */
export function thumbKey(sha256: string, width: number): string {
  return `.thumbs/${sha256.slice(0, 2)}/${sha256}_${width}.webp`;
}

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
