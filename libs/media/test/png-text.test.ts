import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { GazeMediaError, insertPngText, readPngText } from '../src/index.ts';

let plain: Buffer;
beforeAll(async () => {
  plain = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#abc' } })
    .png()
    .toBuffer();
});

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}
/** The picture with chunks behind its header. */
const withChunks = (...chunks: Buffer[]): Buffer =>
  Buffer.concat([plain.subarray(0, 33), ...chunks, plain.subarray(33)]);
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('reading', () => {
  test('tEXt, zTXt and both kinds of iTXt', () => {
    const png = withChunks(
      chunk('tEXt', latin('prompt\0{"3":"é"}')),
      chunk('zTXt', Buffer.concat([latin('packed\0\0'), deflateSync(latin('long '.repeat(50)))])),
      chunk('iTXt', Buffer.concat([latin('gaze\0\0\0en\0title\0'), Buffer.from('日本 🦊')])),
      chunk('iTXt', Buffer.concat([latin('deep\0\u0001\0\0\0'), deflateSync(Buffer.from('ü'.repeat(9)))])),
    );
    expect(readPngText(png)).toEqual({
      prompt: '{"3":"é"}',
      packed: 'long '.repeat(50),
      gaze: '日本 🦊',
      deep: 'ü'.repeat(9),
    });
  });

  test('the first text of a keyword counts, and keywords may have any name', () => {
    const png = withChunks(
      chunk('tEXt', latin('a\0one')),
      chunk('tEXt', latin('a\0two')),
      chunk('tEXt', latin('__proto__\0x')),
      chunk('tEXt', latin('constructor\0y')),
    );
    const texts = readPngText(png);
    expect(Object.entries(texts).sort()).toEqual([
      ['__proto__', 'x'],
      ['a', 'one'],
      ['constructor', 'y'],
    ]);
    expect(Object.getPrototypeOf(texts)).toBe(Object.prototype);
  });

  test('a text chunk that is broken is left out, the others stay', () => {
    const png = withChunks(
      chunk('tEXt', latin('no separator')),
      chunk('tEXt', latin('\0no keyword')),
      chunk('tEXt', Buffer.alloc(0)),
      chunk('zTXt', latin('bad\0\0not deflate')),
      chunk('zTXt', latin('z\0')),
      chunk('iTXt', latin('half\0\u0001')),
      chunk('iTXt', latin('half2\0\0\0en')),
      chunk('tEXt', latin('good\0yes')),
    );
    expect(readPngText(png).good).toBe('yes');
    expect(Object.keys(readPngText(png)).filter((key) => !['good', 'z'].includes(key))).toEqual([]);
  });

  test('a text that unpacks to more than sixteen megabytes is left out', () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    const png = withChunks(
      chunk('zTXt', Buffer.concat([latin('bomb\0\0'), bomb])),
      chunk('iTXt', Buffer.concat([latin('bomb2\0\u0001\0\0\0'), bomb])),
      chunk('tEXt', latin('good\0yes')),
    );
    expect(readPngText(png)).toEqual({ good: 'yes' });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['a text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ])('%s is no PNG', (_name, bytes) => {
    expect(() => readPngText(bytes)).toThrow(GazeMediaError);
  });

  test('a chunk that claims more than there is means a cut-off picture', () => {
    const huge = Buffer.alloc(12);
    huge.writeUInt32BE(0x7fffffff, 0);
    huge.write('tEXt', 4, 'latin1');
    expect(() => readPngText(Buffer.concat([plain.subarray(0, 33), huge]))).toThrow('cut off');
  });

  test('any bytes at all give an answer or a typed refusal', () => {
    const whole = withChunks(
      chunk('tEXt', latin('a\0b')),
      chunk('zTXt', Buffer.concat([latin('c\0\0'), deflateSync(latin('d'))])),
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, end) => {
        const bytes = Buffer.from(whole);
        bytes[at] = value;
        try {
          readPngText(bytes.subarray(0, end));
        } catch (error) {
          expect(error).toBeInstanceOf(GazeMediaError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('writing', () => {
  test('the texts come back whatever they hold, and no pixel changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (value) => {
        const png = insertPngText(plain, { gaze: value });
        expect(readPngText(png)).toEqual({ gaze: value.toWellFormed() });
        expect((await sharp(png).raw().toBuffer()).equals(await sharp(plain).raw().toBuffer())).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('an older text of the same keyword goes, every other chunk stays', () => {
    const before = withChunks(chunk('tEXt', latin('gaze\0old')), chunk('tEXt', latin('prompt\0{}')));
    const after = insertPngText(before, { gaze: 'new' });
    expect(readPngText(after)).toEqual({ gaze: 'new', prompt: '{}' });
    expect(readPngText(insertPngText(after, { gaze: 'newest' }))).toEqual({ gaze: 'newest', prompt: '{}' });
  });

  test('what stands behind the end of the picture is dropped', () => {
    const after = insertPngText(Buffer.concat([plain, Buffer.from('<script>')]), { gaze: 'x' });
    expect(after.includes('<script>')).toBe(false);
    expect(after.subarray(-8, -4).toString('latin1')).toBe('IEND');
  });

  test('a picture without its end is refused', () => {
    expect(() => insertPngText(plain.subarray(0, plain.length - 12), { gaze: 'x' })).toThrow('cut off');
    expect(() => insertPngText(Buffer.from('nothing here'), { gaze: 'x' })).toThrow(GazeMediaError);
  });
});
