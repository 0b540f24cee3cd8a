import { z } from 'zod';

/** What a binary frame shows. `promptId` null: the frame does not say, it belongs to what was executing last. */
export interface PreviewFrame {
  promptId: string | null;
  mime: string;
  picture: Buffer;
}

// Event codes and image types of ComfyUI, big-endian.
const plainPreview = 1;
const previewWithMetadata = 4;
const imageTypes: Readonly<Record<number, string>> = { 1: 'image/jpeg', 2: 'image/png' };

const PreviewMetadata = z.looseObject({
  prompt_id: z.string(),
  image_type: z.string().default('image/jpeg'),
});

/** Larger ones would burden the bus; honest previews have a few ten kilobytes. */
const maxPreviewBytes = 256 * 1024;

/** Reads a binary frame of the socket; null for one that is no preview, or none that can be read. */
export function readFrame(bytes: Buffer): PreviewFrame | null {
  if (bytes.length < 8) return null;
  const event = bytes.readUInt32BE(0);
  if (event === plainPreview) return small(null, imageTypes[bytes.readUInt32BE(4)], bytes.subarray(8));
  if (event !== previewWithMetadata) return null;
  const length = bytes.readUInt32BE(4);
  if (8 + length > bytes.length) return null;
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8', 8, 8 + length));
  } catch {
    return null;
  }
  const metadata = PreviewMetadata.safeParse(json);
  if (!metadata.success) return null;
  return small(metadata.data.prompt_id, metadata.data.image_type, bytes.subarray(8 + length));
}

function small(promptId: string | null, mime: string | undefined, picture: Buffer): PreviewFrame | null {
  if (mime === undefined || picture.length === 0 || picture.length > maxPreviewBytes) return null;
  return { promptId, mime, picture };
}
