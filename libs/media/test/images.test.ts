import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { checkImage, sha256Of, sniffImage, thumbKey, thumbnail } from '../src/index.ts';
import { refusalOf } from './store-contract.ts';

const picture = (width = 64, height = 48): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#4682b4' } });
/** Noise, so that cutting it off loses something. */
const noisy = (): Sharp =>
  sharp({
    create: {
      width: 256,
      height: 256,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 50 },
    },
  });

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** A small file that claims a huge picture. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * Math.min(height, 1000)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('checkImage', () => {
  test.each(['png', 'jpeg', 'webp'] as const)('takes a whole %s', async (format) => {
    const bytes = await picture().toFormat(format).toBuffer();
    expect(sniffImage(bytes)).toBe(format);
    expect(await checkImage(bytes)).toEqual({ format, width: 64, height: 48 });
  });

  test.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['GIF', 'GIF89a\x01\x00\x01\x00\x00\x00\x00;'],
    ['RIFF that is no WebP', 'RIFF\x00\x00\x00\x00WAVEfmt '],
    ['nothing', ''],
    ['a signature alone', '\x89PNG\r\n\x1a\n'],
  ])('refuses %s, whatever it is called', async (_name, text) => {
    expect(await refusalOf(checkImage(Buffer.from(text, 'latin1')))).toBe('image_invalid');
  });

  test.each(['png', 'jpeg', 'webp'] as const)('refuses a %s that is cut off', async (format) => {
    const bytes = await noisy().toFormat(format).toBuffer();
    for (const share of [0.2, 0.5, 0.9]) {
      expect(await refusalOf(checkImage(bytes.subarray(0, Math.floor(bytes.length * share))))).toBe(
        'image_invalid',
      );
    }
  });

  test('refuses a PNG whose pixels were changed on the way', async () => {
    const bytes = await noisy().png().toBuffer();
    bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 64);
    expect(await refusalOf(checkImage(bytes))).toBe('image_invalid');
  });

  test.each([
    [20_000, 20_000],
    [100_000, 100_000],
    [0, 10],
  ])('refuses a file that claims %i × %i pixels, without decoding them', async (width, height) => {
    const before = process.memoryUsage().rss;
    expect(await refusalOf(checkImage(bomb(width, height)))).toBe('image_invalid');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });
});

describe('thumbnail', () => {
  test('is a WebP of the asked width, never enlarged', async () => {
    const large = await picture(800, 600).png().toBuffer();
    const { format, width, height } = await sharp(await thumbnail(large, { width: 200 })).metadata();
    expect([format, width, height]).toEqual(['webp', 200, 150]);
    const small = await sharp(
      await thumbnail(await picture(40, 30).png().toBuffer(), { width: 200 }),
    ).metadata();
    expect([small.width, small.height]).toEqual([40, 30]);
  });

  test('stands upright as the camera meant it, and carries no metadata', async () => {
    const turned = await picture(80, 40).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const made = await sharp(await thumbnail(turned, { width: 400 })).metadata();
    expect([made.width, made.height]).toEqual([40, 80]);
    expect(made.exif).toBeUndefined();
  });

  test('a broken picture is refused and does not stop the next one', async () => {
    const good = await picture().png().toBuffer();
    const broken = thumbnail(Buffer.from('no picture'), { width: 100 });
    const next = thumbnail(good, { width: 32 });
    expect(await refusalOf(broken)).toBe('image_invalid');
    expect((await sharp(await next).metadata()).width).toBe(32);
    expect(await refusalOf(thumbnail(bomb(30_000, 30_000), { width: 100 }))).toBe('image_invalid');
  });

  test('its key comes from the content and the width', () => {
    const hash = sha256Of(Buffer.from('x'));
    expect(thumbKey(hash, 320)).toBe(`.thumbs/2d/${hash}_320.webp`);
    expect(thumbKey(hash, 640)).not.toBe(thumbKey(hash, 320));
  });
});
