import { randomBytes } from 'node:crypto';

// Ids sort by the time of their making, also within one millisecond, so that ids of a batch are in its order.
let lastMs = 0;
let counter = 0;

/** A UUID of version 7 without its dashes: image ids and file names are put together with dashes and underscores. */
export function newId(nowMs: number = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = randomBytes(2).readUInt16BE() & 0x03ff;
  } else if (++counter > 0x0fff) {
    lastMs++;
    counter = 0;
  }
  const time = lastMs.toString(16).padStart(12, '0');
  const tail = randomBytes(8);
  tail.writeUInt8((tail.readUInt8(0) & 0x3f) | 0x80, 0);
  return `${time}7${counter.toString(16).padStart(3, '0')}${tail.toString('hex')}`;
}
