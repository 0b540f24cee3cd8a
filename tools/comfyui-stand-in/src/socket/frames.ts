// Binary frames: event code, then fields, all unsigned 32-bit big-endian.
const previewImage = 1;
const previewImageWithMetadata = 4;
const jpegType = 1;

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Event 1: a JPEG without a word about whose it is. */
export function legacyPreview(jpeg: Buffer): Buffer {
  return Buffer.concat([u32(previewImage), u32(jpegType), jpeg]);
}

/** Event 4: the length of a JSON text, the text, the JPEG. */
export function previewWithMetadata(jpeg: Buffer, owner: { nodeId: string; promptId: string }): Buffer {
  const metadata = Buffer.from(
    JSON.stringify({
      node_id: owner.nodeId,
      prompt_id: owner.promptId,
      display_node_id: owner.nodeId,
      parent_node_id: null,
      real_node_id: owner.nodeId,
      image_type: 'image/jpeg',
    }),
  );
  return Buffer.concat([u32(previewImageWithMetadata), u32(metadata.length), metadata, jpeg]);
}
