import sharp from 'sharp';
import type { Picture } from '../nodes/types.ts';
import { compose } from './compose.ts';

export interface Previews {
  /** A small JPEG; `share` runs from 0 to 1, and the picture gets clearer on its way. */
  at: (share: number) => Promise<Buffer>;
}

const longestSide = 384;
const strongestBlur = 26;

/** Draws the picture small, once; every step only blurs and packs it anew. */
export async function startPreviews(picture: Picture): Promise<Previews> {
  const scale = Math.min(1, longestSide / Math.max(picture.width, picture.height));
  const width = Math.max(8, Math.round(picture.width * scale));
  const height = Math.max(8, Math.round(picture.height * scale));
  const source =
    picture.file === undefined
      ? sharp(Buffer.from(compose({ ...picture, width, height }, { width, height }, null)))
      : sharp(picture.file).resize(width, height, { fit: 'fill' });
  const raw = await source.removeAlpha().raw().toBuffer();
  return {
    at(share) {
      const sigma = strongestBlur * (1 - share) ** 1.5;
      const image = sharp(raw, { raw: { width, height, channels: 3 } });
      return (sigma < 0.3 ? image : image.blur(sigma)).jpeg({ quality: 72 }).toBuffer();
    },
  };
}
