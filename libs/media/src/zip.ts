import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';

// APPNOTE.TXT 6.3: local headers with the data behind each, the central directory, its end. Pictures are packed
// already, so they are stored as they are; checksum and size follow the data, because it is read only once.
const utf8AndDescriptor = 0x0808;
const most32 = 0xffffffff;
const most16 = 0xffff;
const version = 45;
/** Made on Unix: then names are UTF-8 for every program, and files get the rights of files. */
const madeBy = (3 << 8) | version;
const plainFile = 0o100644;

export interface ZipEntry {
  /** With `/` between folders; never absolute, never with `..`. */
  name: string;
  modified: Date;
  open: () => Promise<Readable>;
}

interface Packed {
  name: Buffer;
  time: number;
  crc: number;
  size: number;
  offset: number;
}

/**
 * An archive as a stream: one entry is open at a time, nothing is kept but the directory. Archives over 4 GB carry
 * the 64-bit directory. An entry that cannot be read ends the stream with its error.
 */
export function zipStream(entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>): Readable {
  return Readable.from(archive(entries), { objectMode: false });
}

async function* archive(entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const packed: Packed[] = [];
  let offset = 0;
  for await (const entry of entries) {
    const one: Packed = {
      name: Buffer.from(entry.name),
      time: dosTime(entry.modified),
      crc: 0,
      size: 0,
      offset,
    };
    const header = localHeader(one);
    yield header;
    for await (const chunk of await entry.open()) {
      const bytes = chunk as Buffer;
      one.crc = crc32(bytes, one.crc);
      one.size += bytes.length;
      yield bytes;
    }
    if (one.size > most32) throw new Error('A single file of more than 4 GB cannot be packed.');
    const after = dataDescriptor(one);
    yield after;
    offset += header.length + one.size + after.length;
    packed.push(one);
  }
  const directory = packed.map(directoryEntry);
  for (const entry of directory) yield entry;
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  yield endOf(packed.length, size, offset);
}

function localHeader({ name, time }: Packed): Buffer {
  const out = Buffer.alloc(30);
  out.writeUInt32LE(0x04034b50, 0);
  out.writeUInt16LE(20, 4);
  out.writeUInt16LE(utf8AndDescriptor, 6);
  out.writeUInt32LE(time, 10);
  out.writeUInt16LE(name.length, 26);
  return Buffer.concat([out, name]);
}

function dataDescriptor({ crc, size }: Packed): Buffer {
  const out = Buffer.alloc(16);
  out.writeUInt32LE(0x08074b50, 0);
  out.writeUInt32LE(crc, 4);
  out.writeUInt32LE(size, 8);
  out.writeUInt32LE(size, 12);
  return out;
}

function directoryEntry({ name, time, crc, size, offset }: Packed): Buffer {
  const extra = offset > most32 ? wideOffset(offset) : Buffer.alloc(0);
  const out = Buffer.alloc(46);
  out.writeUInt32LE(0x02014b50, 0);
  out.writeUInt16LE(madeBy, 4);
  out.writeUInt16LE(extra.length > 0 ? version : 20, 6);
  out.writeUInt16LE(utf8AndDescriptor, 8);
  out.writeUInt32LE(time, 12);
  out.writeUInt32LE(crc, 16);
  out.writeUInt32LE(size, 20);
  out.writeUInt32LE(size, 24);
  out.writeUInt16LE(name.length, 28);
  out.writeUInt16LE(extra.length, 30);
  out.writeUInt32LE((plainFile << 16) >>> 0, 38);
  out.writeUInt32LE(Math.min(offset, most32), 42);
  return Buffer.concat([out, name, extra]);
}

function wideOffset(offset: number): Buffer {
  const out = Buffer.alloc(12);
  out.writeUInt16LE(0x0001, 0);
  out.writeUInt16LE(8, 2);
  out.writeBigUInt64LE(BigInt(offset), 4);
  return out;
}

/** The end of the directory, with the 64-bit one in front where a number does not fit. */
export function endOf(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, most16), 8);
  end.writeUInt16LE(Math.min(count, most16), 10);
  end.writeUInt32LE(Math.min(size, most32), 12);
  end.writeUInt32LE(Math.min(offset, most32), 16);
  if (count < most16 && size < most32 && offset < most32) return end;
  const wide = Buffer.alloc(56);
  wide.writeUInt32LE(0x06064b50, 0);
  wide.writeBigUInt64LE(44n, 4);
  wide.writeUInt16LE(version, 12);
  wide.writeUInt16LE(version, 14);
  wide.writeBigUInt64LE(BigInt(count), 24);
  wide.writeBigUInt64LE(BigInt(count), 32);
  wide.writeBigUInt64LE(BigInt(size), 40);
  wide.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([wide, locator, end]);
}

/** Date and time as DOS wrote them: two seconds fine, from 1980, in UTC here so that an archive is the same everywhere. */
function dosTime(at: Date): number {
  const year = Math.min(Math.max(at.getUTCFullYear() - 1980, 0), 127);
  const date = (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return ((date << 16) | time) >>> 0;
}
