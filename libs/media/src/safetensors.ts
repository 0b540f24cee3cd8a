import { open } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { GazeMediaError } from './errors.ts';

// safetensors: eight bytes with the length of the header (little-endian), the header as JSON, then the weights.
const lengthBytes = 8;
/** Headers with every training tag stay below two megabytes; one that claims more is broken or hostile. */
const maxHeaderBytes = 16 * 1024 * 1024;
const mostTags = 200;
const mostTriggers = 20;
const maxTextLength = 200;
const maxNotesLength = 8000;

export interface ModelHeader {
  title: string | null;
  /** As the trainer names it: `sdxl_base_v1-0`, `stable-diffusion-xl-v1-base/lora`. */
  baseModel: string | null;
  /** Of the training, such as `1024x1024`. */
  resolution: string | null;
  triggers: string[];
  /** Training tags, most frequent first. */
  tags: { tag: string; count: number }[];
  /** What its author says of it: description, hint on its use, comment. */
  notes: string | null;
  /** SHA-256 of the header: with the file's size, it tells renamed files without reading the weights. */
  headerSha256: string;
}

/**
 * Reads the header of a `.safetensors` file, never the weights.
 * @throws GazeMediaError data_error in words for a file that is none, is cut off or lies about its length;
 *   errors of the file system as they are
 */
export async function readModelHeader(file: string): Promise<ModelHeader> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const first = Buffer.alloc(lengthBytes);
    const { bytesRead } = await handle.read(first, 0, lengthBytes, 0);
    const length = headerLength(first.subarray(0, bytesRead), size);
    const header = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const part = await handle.read(header, done, length - done, lengthBytes + done);
      if (part.bytesRead === 0) throw refusal('The file ends within its header.');
      done += part.bytesRead;
    }
    return parseModelHeader(header);
  } finally {
    await handle.close();
  }
}

const refusal = (message: string, cause?: unknown): GazeMediaError =>
  new GazeMediaError('data_error', message, cause);

/** @throws GazeMediaError data_error */
export function headerLength(first: Buffer, fileSize: number): number {
  if (first.length < lengthBytes) throw refusal('The file is too short to be a model.');
  const length = first.readBigUInt64LE(0);
  if (length > BigInt(maxHeaderBytes))
    throw refusal(
      'The header claims to be larger than 16 MB; this is no .safetensors file, or a broken one.',
    );
  if (lengthBytes + Number(length) > fileSize) throw refusal('The file is cut off within its header.');
  return Number(length);
}

/** What a header says of the model. @throws GazeMediaError data_error where it is no JSON object */
export function parseModelHeader(header: Buffer): ModelHeader {
  const metadata = metadataOf(header);
  const text = (key: string): string | null => {
    const value = metadata.get(key)?.trim().slice(0, maxTextLength);
    return value === undefined || value === '' || value === 'None' ? null : value;
  };
  const datasets = trainingTags(metadata.get('ss_tag_frequency'));
  const tags = mergeTags(datasets);
  return {
    title: text('modelspec.title') ?? text('ss_output_name'),
    baseModel: text('modelspec.architecture') ?? text('ss_base_model_version') ?? text('ss_sd_model_name'),
    resolution: resolutionOf(text('modelspec.resolution') ?? text('ss_resolution')),
    triggers: triggersOf(metadata.get('modelspec.trigger_phrase'), [...datasets.keys()]),
    tags,
    notes: notesOf(metadata),
    headerSha256: createHash('sha256').update(header).digest('hex'),
  };
}

/** Trainers and sites write the same words under several keys. */
function notesOf(metadata: ReadonlyMap<string, string>): string | null {
  const keys = ['modelspec.description', 'modelspec.usage_hint', 'ss_training_comment'];
  const texts = keys
    .map((key) => (metadata.get(key) ?? '').trim())
    .filter((text) => text !== '' && text !== 'None');
  return texts.length === 0 ? null : [...new Set(texts)].join('\n').slice(0, maxNotesLength);
}

/** The texts of `__metadata__`. A map, so that no key of a stranger means anything to an object. */
function metadataOf(header: Buffer): Map<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(header.toString('utf8'));
  } catch (error) {
    throw refusal('The header is no JSON; this is no .safetensors file, or a broken one.', error);
  }
  if (!isObject(parsed)) throw refusal('The header is no JSON object.');
  const metadata = Object.hasOwn(parsed, '__metadata__') ? parsed.__metadata__ : undefined;
  const entries = isObject(metadata) ? Object.entries(metadata) : [];
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{"10_tifa": {"1girl": 40, …}}`: tags with counts for each folder of training pictures. */
function trainingTags(text: string | undefined): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const [dataset, counts] of Object.entries(jsonObject(text))) {
    if (!isObject(counts)) continue;
    const tags = new Map<string, number>();
    for (const [tag, count] of Object.entries(counts))
      if (typeof count === 'number' && Number.isSafeInteger(count) && count > 0) tags.set(tag.trim(), count);
    found.set(dataset, tags);
  }
  return found;
}

function jsonObject(text: string | undefined): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function mergeTags(datasets: ReadonlyMap<string, ReadonlyMap<string, number>>): ModelHeader['tags'] {
  const sums = new Map<string, number>();
  for (const tags of datasets.values())
    for (const [tag, count] of tags) sums.set(tag, (sums.get(tag) ?? 0) + count);
  return [...sums]
    .filter(([tag]) => tag !== '')
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, mostTags)
    .map(([tag, count]) => ({ tag: tag.slice(0, maxTextLength), count }));
}

/** The trigger phrase where the trainer wrote one, else the names of its folders: `10_tifa lockhart` is trained ten times. */
function triggersOf(phrase: string | undefined, datasets: readonly string[]): string[] {
  const words = (phrase ?? '').split(',');
  const concepts = datasets.map((name) => /^\d+_(.+)$/s.exec(name)?.[1] ?? '');
  const given = words.some((word) => word.trim() !== '') ? words : concepts;
  const clean = given.map((word) => word.trim().slice(0, maxTextLength)).filter((word) => word !== '');
  return [...new Set(clean)].slice(0, mostTriggers);
}

/** `1024x1024`, `(1024, 1024)`, `1024,1024` and `1024` are all written. */
function resolutionOf(text: string | null): string | null {
  const sides = text?.match(/\d{2,5}/g) ?? [];
  const [width, height = width] = sides;
  return width === undefined || height === undefined ? null : `${width}x${height}`;
}
