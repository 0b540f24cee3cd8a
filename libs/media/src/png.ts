import { crc32, inflateSync } from 'node:zlib';
import { GazeMediaError } from './errors.ts';

// PNG, third edition: signature, then chunks of length, type, data and CRC-32 over type and data (all big-endian).
const signatureBytes = 8;
const overhead = 12;
/** A text that unpacks to more than this is hostile, not metadata. */
const maxTextBytes = 16 * 1024 * 1024;

interface Chunk {
  type: string;
  data: Buffer;
  /** Offset of the chunk's length field. */
  at: number;
}

function* chunksOf(png: Buffer): Generator<Chunk> {
  if (png.length < signatureBytes || png.readUInt32BE(0) !== 0x89504e47)
    throw new GazeMediaError('image_invalid', 'This is not a PNG picture.');
  let at = signatureBytes;
  while (at + overhead <= png.length) {
    const length = png.readUInt32BE(at);
    if (at + overhead + length > png.length)
      throw new GazeMediaError('image_invalid', 'The PNG picture is cut off.');
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length), at };
    at += overhead + length;
  }
}

/**
 * The text chunks of a PNG (tEXt, zTXt, iTXt) by keyword; the first of a keyword counts.
 * @throws GazeMediaError image_invalid for what is no PNG; a text chunk that is broken is left out
 */
export function readPngText(png: Buffer): Record<string, string> {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const chunk of chunksOf(png)) {
    const text = textOf(chunk);
    if (text !== null && !(text.keyword in found)) found[text.keyword] = text.value;
    if (chunk.type === 'IEND') break;
  }
  return { ...found };
}

function textOf({ type, data }: Chunk): { keyword: string; value: string } | null {
  if (type !== 'tEXt' && type !== 'zTXt' && type !== 'iTXt') return null;
  const end = data.indexOf(0);
  if (end < 1) return null;
  const keyword = data.toString('latin1', 0, end);
  try {
    if (type === 'tEXt') return { keyword, value: data.toString('latin1', end + 1) };
    if (type === 'zTXt') return { keyword, value: unpack(data.subarray(end + 2)).toString('latin1') };
    const compressed = data[end + 1] === 1;
    const language = data.indexOf(0, end + 3);
    const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
    if (translated < 0) return null;
    const bytes = data.subarray(translated + 1);
    return { keyword, value: (compressed ? unpack(bytes) : bytes).toString('utf8') };
  } catch {
    return null;
  }
}

const unpack = (bytes: Buffer): Buffer => inflateSync(bytes, { maxOutputLength: maxTextBytes });

/**
 * The same picture with further texts as iTXt chunks (UTF-8), set right after the header. Pixels are not touched;
 * an older text of the same keyword goes.
 */
export function insertPngText(png: Buffer, texts: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [png.subarray(0, signatureBytes)];
  let ended = false;
  for (const chunk of chunksOf(png)) {
    const replaced = textOf(chunk);
    if (replaced !== null && replaced.keyword in texts) continue;
    parts.push(png.subarray(chunk.at, chunk.at + overhead + chunk.data.length));
    if (chunk.type === 'IHDR')
      for (const [keyword, value] of Object.entries(texts)) parts.push(internationalText(keyword, value));
    if (chunk.type === 'IEND') {
      ended = true;
      break;
    }
  }
  if (!ended) throw new GazeMediaError('image_invalid', 'The PNG picture is cut off.');
  return Buffer.concat(parts);
}

function internationalText(keyword: string, value: string): Buffer {
  // keyword, NUL, compression flag and method, language NUL, translated keyword NUL, text
  return chunk(
    'iTXt',
    Buffer.concat([Buffer.from(keyword, 'latin1'), Buffer.from([0, 0, 0, 0, 0]), Buffer.from(value, 'utf8')]),
  );
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(overhead + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}
