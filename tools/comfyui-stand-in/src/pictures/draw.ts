import sharp from 'sharp';
import type { Picture } from '../nodes/types.ts';
import { compose } from './compose.ts';

/** `ComfyUI stand-in · seed 42 · first words of the prompt` */
export function labelOf(picture: Picture, hostName: string): string {
  const words = picture.prompt.replace(/\s+/g, ' ').trim().slice(0, 160);
  return [hostName, `seed ${picture.seed}`, words].filter((part) => part !== '').join(' · ');
}

/** The picture as PNG. The same picture gives the same bytes. */
export async function drawPng(picture: Picture, hostName: string): Promise<Buffer> {
  const { width, height, file } = picture;
  if (file !== undefined) return sharp(file).resize(width, height, { fit: 'fill' }).png().toBuffer();
  const svg = compose(picture, { width, height }, labelOf(picture, hostName));
  return sharp(Buffer.from(svg), { limitInputPixels: false })
    .removeAlpha()
    .png({ compressionLevel: 3, adaptiveFiltering: true })
    .toBuffer();
}
