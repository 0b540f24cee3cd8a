import type { FileHandle } from 'node:fs/promises';
import { GazeError } from '@gaze/runtime';

// APPNOTE.TXT 6.3: an archive ends with its directory and a record that says where that begins; where a number needs
// more than 32 bits, the 64-bit record in front of it counts.
const endSize = 22;
const longestComment = 0xffff;
const most32 = 0xffffffff;
const signatures = { end: '504b0506', wideEnd: '504b0606', locator: '504b0607', entry: '504b0102' };
const isSigned = (bytes: Buffer, at: number, signature: string): boolean =>
  bytes.toString('hex', at, at + 4) === signature;

export interface ArchiveEntry {
  name: string;
  method: number;
  packedSize: number;
  /** Where its local header begins. */
  offset: number;
}

/**
 * What a zip archive says that it holds; folders are left out.
 * @throws GazeError invalid_input where it has no directory, as one that was cut off
 */
export async function readDirectory(handle: FileHandle, file: string): Promise<ArchiveEntry[]> {
  const { size } = await handle.stat();
  try {
    const { at, bytes } = await placeOf(handle, size);
    return [...entriesOf(await read(handle, at, bytes))].filter(({ name }) => !name.endsWith('/'));
  } catch (error) {
    throw new GazeError(
      'invalid_input',
      `The archive ${file} is not whole: it has no end. Download it again, then restore it. Nothing was changed.`,
      { cause: error },
    );
  }
}

async function read(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  if (bytesRead < length) throw new Error('the file ends too early');
  return buffer;
}

async function placeOf(handle: FileHandle, size: number): Promise<{ at: number; bytes: number }> {
  const tailSize = Math.min(size, endSize + longestComment);
  const tail = await read(handle, size - tailSize, tailSize);
  const end = tail.lastIndexOf(Buffer.from(signatures.end, 'hex'));
  if (end < 0) throw new Error('there is no end record');
  const locator = end - 20;
  if (locator < 0 || !isSigned(tail, locator, signatures.locator))
    return { bytes: tail.readUInt32LE(end + 12), at: tail.readUInt32LE(end + 16) };
  const wide = await read(handle, Number(tail.readBigUInt64LE(locator + 8)), 56);
  if (!isSigned(wide, 0, signatures.wideEnd)) throw new Error('there is no 64-bit end record');
  return { bytes: Number(wide.readBigUInt64LE(40)), at: Number(wide.readBigUInt64LE(48)) };
}

function* entriesOf(directory: Buffer): Generator<ArchiveEntry> {
  for (let at = 0; at < directory.length;) {
    if (!isSigned(directory, at, signatures.entry)) throw new Error('the directory is damaged');
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
    const next = extraEnd + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw new Error('the directory ends too early');
    yield {
      name: directory.toString('utf8', at + 46, nameEnd),
      method: directory.readUInt16LE(at + 10),
      ...sizesOf(directory.subarray(at, at + 46), directory.subarray(nameEnd, extraEnd)),
    };
    at = next;
  }
}

/** Numbers that do not fit stand in the 64-bit field, in this order, and only those. */
function sizesOf(entry: Buffer, extra: Buffer): { packedSize: number; offset: number } {
  let at = wideFieldOf(extra);
  const [, packedSize = 0, offset = 0] = [24, 20, 42].map((place) => {
    const short = entry.readUInt32LE(place);
    if (short !== most32 || at === null) return short;
    at += 8;
    return Number(extra.readBigUInt64LE(at - 8));
  });
  return { packedSize, offset };
}

/** Where the 64-bit field's numbers begin; null where there is none. */
function wideFieldOf(extra: Buffer): number | null {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2))
    if (extra.readUInt16LE(at) === 1) return at + 4;
  return null;
}
