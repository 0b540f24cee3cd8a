import { describe, expect, test } from 'vitest';
import { readFrame } from '../../src/comfy/frames.ts';

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const picture = Buffer.from('a small jpeg');

describe('binary frames of the socket', () => {
  test('an old preview names no prompt', () => {
    const frame = readFrame(Buffer.concat([u32(1), u32(1), picture]));
    expect(frame).toEqual({ promptId: null, mime: 'image/jpeg', picture });
    expect(readFrame(Buffer.concat([u32(1), u32(2), picture]))?.mime).toBe('image/png');
  });

  test('a new preview names its prompt', () => {
    const json = Buffer.from(JSON.stringify({ prompt_id: 'p', node_id: '3', image_type: 'image/webp' }));
    const frame = readFrame(Buffer.concat([u32(4), u32(json.length), json, picture]));
    expect(frame).toEqual({ promptId: 'p', mime: 'image/webp', picture });
  });

  test.each([
    ['too short', Buffer.alloc(7)],
    ['a text', Buffer.concat([u32(3), u32(1), picture])],
    ['an unknown kind of picture', Buffer.concat([u32(1), u32(9), picture])],
    ['a length beyond its end', Buffer.concat([u32(4), u32(9999), picture])],
    ['no JSON where JSON belongs', Buffer.concat([u32(4), u32(4), picture])],
    ['a picture too large for the bus', Buffer.concat([u32(1), u32(1), Buffer.alloc(300 * 1024)])],
  ])('%s is left alone', (_, bytes) => {
    expect(readFrame(bytes)).toBeNull();
  });
});
