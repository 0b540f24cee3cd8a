import { crc32 } from 'node:zlib';

/** End of the header chunk: signature (8), length and type (8), 13 bytes, CRC (4). */
const afterHeader = 33;

/** The same PNG with Latin-1 text chunks (tEXt) right behind its header. Keywords longer than 79 bytes don't exist in PNG. */
export function withText(png: Buffer, texts: Readonly<Record<string, string>>): Buffer {
  const chunks = Object.entries(texts).map(([keyword, text]) =>
    chunk('tEXt', Buffer.from(`${keyword.slice(0, 79)}\0${text}`, 'latin1')),
  );
  return Buffer.concat([png.subarray(0, afterHeader), ...chunks, png.subarray(afterHeader)]);
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
