import sharp from 'sharp';
import type { Picture } from '../nodes/types.ts';
import type { PictureStyle } from '../options.ts';
import { hex } from './colour.ts';
import { compose } from './compose.ts';
import { hash } from './random.ts';

/** `ComfyUI stand-in · seed 42 · first words of the prompt` */
function labelOf(picture: Picture): string {
  const words = picture.prompt.replace(/\s+/g, ' ').trim().slice(0, 160);
  return ['ComfyUI stand-in', `seed ${picture.seed}`, words].filter((part) => part !== '').join(' · ');
}

/** The picture as PNG. The same picture gives the same bytes. */
export async function drawPng(picture: Picture, style: PictureStyle = 'drawn'): Promise<Buffer> {
  const { width, height, file } = picture;
  if (file !== undefined) return sharp(file).resize(width, height, { fit: 'fill' }).png().toBuffer();
  if (style === 'plain') return plainPng(picture);
  const svg = compose(picture, { width, height }, labelOf(picture));
  return sharp(Buffer.from(svg), { limitInputPixels: false })
    .removeAlpha()
    .png({ compressionLevel: 3, adaptiveFiltering: true })
    .toBuffer();
}

function plainPng(picture: Picture): Promise<Buffer> {
  const { width, height } = picture;
  const state = hash(JSON.stringify(picture));
  const background = hex([state % 360, 40 + (state % 31), 35 + (state % 29)]);
  return sharp({ create: { width, height, channels: 3, background }, limitInputPixels: false })
    .png({ compressionLevel: 1 })
    .toBuffer();
}
